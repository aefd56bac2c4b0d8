// Rows as COPY (FORMAT binary) writes them. Common types are written straight from where they lie,
// the others by their own send functions. Inside call().
#pragma once

#include "pieces/byte_buffer.hpp"

extern "C" {
#include <access/htup.h>
#include <fmgr.h>
#include <utils/relcache.h>
}

namespace chronos::pieces {

// How the values of a column become bytes.
enum class value_form : uint8 {
    one,       // a byte
    two,       // numbers passed by value, of so many bytes
    four,      //
    eight,     //
    uuid,      // 16 bytes as they are
    interval,  // a number of 8 bytes and two of 4
    bytes,     // a varlena as it is
    numeric,
    jsonb,
    other,  // by the send function
};

struct encoded_column {
    int index;  // in the table's description, from 0
    value_form form;
    FmgrInfo send;
};

struct row_encoder {
    TupleDesc shape;
    encoded_column* columns;
    int count;
    Datum* values;
    bool* nulls;
    MemoryContext row_memory;  // of what is taken out of line, and of send functions

    // For these columns, by number, in this order. Everything lives in the current memory context.
    static row_encoder create(Relation table, const int16* numbers, int count);

    // False, and nothing added, if the row has more than `widest` bytes, here or out of line.
    [[nodiscard]] bool add_row(byte_buffer& to, HeapTuple row, std::size_t widest);

  private:
    [[nodiscard]] bool is_too_wide(std::size_t widest) const;
    [[nodiscard]] bool add_values(byte_buffer& to, std::size_t most) const;
};

}  // namespace chronos::pieces

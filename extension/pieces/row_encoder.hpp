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

    // False, and nothing added, if the values kept out of line exceed `widest` bytes.
    [[nodiscard]] bool add_row(byte_buffer& to, HeapTuple row, std::size_t widest);
};

}  // namespace chronos::pieces

// Rows into a table of the store and its indexes, without a statement and its plan. Its constraints
// are checked; triggers do not fire.
//
// Plain data, inside call(). An error leaves it to the subtransaction to clean up.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <executor/executor.h>
#include <storage/itemptr.h>
}

namespace chronos::history {

class table_writer {
  public:
    explicit table_writer(const char* table);

    [[nodiscard]] TupleDesc shape() const;
    void insert(const Datum* values, const bool* nulls);
    // Puts other values into one row, which must not have changed since it was read.
    void update(HeapTuple row, Datum* values, bool* nulls, bool* replaced);
    // What was written can be seen from here on.
    void close();

  private:
    void store(const Datum* values, const bool* nulls);
    void check();
    void add_to_indexes(bool is_update, bool only_summarizing);

    Relation table_;
    EState* state_;
    ResultRelInfo* result_;
    TupleTableSlot* slot_;
};

}  // namespace chronos::history

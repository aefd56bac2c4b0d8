// A table in which another program keeps its records, read without running anything of its owner's:
// no planner, no index, no policy, no function. Whoever holds it is not waited for.
//
// Plain data, inside call(). Call close() unless an error is in flight.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <access/htup.h>
#include <utils/rel.h>
#include <utils/snapshot.h>
}

namespace chronos::tools {

// What is more than that is not looked at.
inline constexpr int kMostRows = 100000;

class tool_table {
  public:
    // Not open if it is gone, if another session locks it, or if it is not what tools use: an
    // ordinary table of moderate size.
    explicit tool_table(Oid relation);
    void close();

    [[nodiscard]] bool is_open() const { return table_ != nullptr; }
    [[nodiscard]] bool is_gone() const { return is_gone_; }
    [[nodiscard]] TupleDesc shape() const { return RelationGetDescr(table_); }

    // Stands for the rows that are there now: as long as it is the same, so are they.
    [[nodiscard]] std::int64_t mark();

    // Whether the present transaction has written a row or removed one.
    [[nodiscard]] bool is_touched();

    // Calls visit(tuple) for every row that is there now, in the order of their places.
    template <typename Fn>
    void for_each(Fn&& visit) {
        begin(false);
        while (const HeapTuple tuple = next()) {
            visit(tuple);
        }
        end();
    }

  private:
    void begin(bool with_dead);
    [[nodiscard]] HeapTuple next();
    void end();

    Relation table_ = nullptr;
    bool is_gone_ = false;
    Snapshot snapshot_ = nullptr;
    struct TableScanDescData* scan_ = nullptr;
};

// Whether the present transaction wrote this state of a row.
[[nodiscard]] bool is_own(HeapTuple tuple);

}  // namespace chronos::tools

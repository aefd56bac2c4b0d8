// What would be lost, in words: chronos.guard_report().
#pragma once

#include <string>

#include "guard/target.hpp"

namespace chronos::guard {

struct report {
    std::string loss;    // "DROP TABLE destroys 2 tables with about 1,200 rows, 3 MB"
    std::string detail;  // each of them, what depends on them, and which snapshot holds them
    bool is_restorable = false;  // a snapshot can be taken from here
};

// Nothing at stake: an empty loss.
[[nodiscard]] report report_on(const targets& aimed, const char* tag);

// The same for a statement that does this ("DELETE without WHERE deletes") to every row of a table.
[[nodiscard]] report report_on_rows(Oid relation, const char* deed);

// Takes a snapshot of this database and waits for it; its id.
[[nodiscard]] std::string take_snapshot(const char* tag);

}  // namespace chronos::guard

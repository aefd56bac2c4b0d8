// What would be lost, in words: chronos.guard_report().
#pragma once

#include <string>

#include "guard/target.hpp"

namespace chronos::guard {

struct report {
    std::string loss;      // "DROP TABLE destroys 2 tables with about 1,200 rows, 3 MB"
    std::string detail;    // each of them, what depends on them, and which snapshot held them
    std::string obstacle;  // why no snapshot taken from here would hold all of it; empty: it would
    std::string locking;   // the statement that keeps others from writing into them; may be empty
};

// Nothing at stake: an empty loss.
[[nodiscard]] report report_on(const targets& aimed, const char* tag);

// The same for a statement that does this ("DELETE without WHERE deletes") to every row of a table.
[[nodiscard]] report report_on_rows(Oid relation, const char* deed);

// What DROP DATABASE destroys, and the value of chronos.guard that was set for that database; empty
// if there is none. Asks nothing of the extension, which is in another database.
struct database_report {
    report what;
    std::string mode;
};
[[nodiscard]] database_report report_on_database(Oid database);

// Takes a snapshot of this database, while nobody writes into what is at stake, and waits for it;
// its id. The locks stay until the transaction ends.
[[nodiscard]] std::string take_snapshot(const report& found, const char* tag);

}  // namespace chronos::guard

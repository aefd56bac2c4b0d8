// How a script is run: what of it is one transaction, and what is for itself. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/sql_splitter.hpp"
#include "migrations/migration.hpp"

namespace chronos::internal {

struct work_unit {
    std::vector<sql_statement> statements;
    bool alone = false;        // outside of any transaction; then it is one statement
    bool rolled_back = false;  // the script itself takes it back
    std::string begin = "BEGIN";
};

struct work_plan {
    // All of it is one transaction; otherwise what was done is noted unit by unit.
    bool whole = true;
    std::vector<work_unit> units;  // whole: exactly one
};

// The views point into the script's text. Throws usage, with file and line, for what Chronos cannot
// do: commands of psql that do something, PREPARE TRANSACTION.
[[nodiscard]] work_plan plan_work(const script& what);

}  // namespace chronos::internal

// DELETE and UPDATE that change every row of a table, seen from the plan.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <nodes/plannodes.h>
}

namespace chronos::guard {

struct row_change {
    Oid relation = InvalidOid;  // invalid: there is none
    bool deletes = false;
};

// The n-th of a statement, its data-modifying WITH queries included.
[[nodiscard]] int row_change_count(const PlannedStmt& statement) noexcept;
[[nodiscard]] row_change every_row_change(const PlannedStmt& statement, int number) noexcept;

}  // namespace chronos::guard

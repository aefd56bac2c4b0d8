// The way back of one migration, and what it costs.
#pragma once

#include <string>
#include <vector>

#include "chronos/migrate.hpp"
#include "connection/session.hpp"
#include "migrations/migration_state.hpp"

namespace chronos::internal {

struct chosen_down {
    script what;
    bool derived = false;
    std::vector<migration_loss> losses;  // of a derived one
};

// The script of the directory, or else the one that was kept, or else one derived from the schemas
// before and after. Of a migration that was left between two steps it is derived from what there
// is now. Throws not_found where nothing is known.
[[nodiscard]] chosen_down down_script_of(session& on, const compared_migration& one);

// What a derived way down leaves as it is: rows that the way up has changed.
[[nodiscard]] std::vector<migration_loss> kept_changes_of(const script& up);

// The statements of a script with the locks they take and what they risk.
[[nodiscard]] std::vector<migration_statement> statements_of(session& on, const script& what);

}  // namespace chronos::internal

// Which migrations a run takes, and in which order. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "chronos/migrate.hpp"
#include "migrations/migration_state.hpp"

namespace chronos::internal {

struct ordered_migration {
    const compared_migration* what = nullptr;
    bool up = true;

    friend bool operator==(const ordered_migration&, const ordered_migration&) = default;
};

// Ways down first, the last applied one first; then ways up. What an earlier run left unfinished on
// its way down is finished before anything else. The pointers are into `all`. Throws not_found (no
// such version) and refused (late, changed or missing ones); what the options only warn of is told.
[[nodiscard]] std::vector<ordered_migration> order_migrations(
    const std::vector<compared_migration>& all, const migration_target& target,
    const migrate_options& options);

}  // namespace chronos::internal

// What the scripts of migrations destroy. The extension judges it, as its guard does.
#pragma once

#include <vector>

#include "chronos/migrate.hpp"
#include "connection/session.hpp"
#include "migrations/migration.hpp"

namespace chronos::internal {

// False: no statement begins like one that destroys rows, and the server need not be asked.
[[nodiscard]] bool may_lose_rows(const script& what);

// What the statements of a script destroy, as much of it as there is now. The session's search path
// is the one that the script will have.
[[nodiscard]] std::vector<migration_loss> losses_of(session& on, const script& what);

// Of what no statistics know, but has bytes, there are rows.
[[nodiscard]] bool has_rows(const migration_loss& loss);

// Brings the losses of a plan up to date; those with rows of which it knew nothing.
std::vector<migration_loss> add_losses(planned_migration& plan, std::vector<migration_loss> found);

}  // namespace chronos::internal

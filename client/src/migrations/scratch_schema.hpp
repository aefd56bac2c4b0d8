// The schema of a database in a scratch database.
#pragma once

#include <string>

#include "connection/session.hpp"
#include "migrations/scratch_run.hpp"

namespace chronos::internal {

// Everything of the recorded schema but its rows, and the extension.
void copy_schema(session& from, session& to, const migration_warning& warn);

// The number of the version that the schema has now, whatever its capture has missed.
[[nodiscard]] std::string present_version(session& on);

}  // namespace chronos::internal

// The schema of a database in a scratch database.
#pragma once

#include <string>

#include "connection/scratch_database.hpp"
#include "connection/session.hpp"
#include "migrations/scratch_run.hpp"

namespace chronos::internal {

// In the version that the other database has. Throws with a hint if the role may not.
void create_chronos(session& in, session& like);

// New sessions of a scratch database find names where those of the other database do.
void keep_search_path(const scratch_database& of, session& beside);

// As a new session of the other database has it, where what a tool runs finds its names.
void reset_settings(session& on, session& beside);

// Everything of the recorded schema but its rows, and the extension.
void copy_schema(session& from, session& to, const migration_warning& warn);

// The number of the version that the schema has now, whatever its capture has missed.
[[nodiscard]] std::string present_version(session& on);

}  // namespace chronos::internal

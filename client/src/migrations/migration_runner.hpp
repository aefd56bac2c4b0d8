// Running migrations in a database that nobody needs.
#pragma once

#include <functional>
#include <string>

#include "connection/session.hpp"
#include "migrations/migration_files.hpp"

namespace chronos::internal {

using migration_warning = std::function<void(const std::string&)>;

// A file with several statements is one transaction, unless it says otherwise or has BEGIN and
// COMMIT of its own. Statements about roles, other databases, tablespaces, the server and
// subscriptions are left out with a warning: they would change more than this database. An error
// tells file and line.
void run_migration(session& on, const migration& what, const migration_warning& warn);

// Why a statement is left out; empty: it is run.
[[nodiscard]] std::string reason_to_leave_out(std::string_view statement);

}  // namespace chronos::internal

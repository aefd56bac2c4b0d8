// Running migrations in a database that nobody needs.
#pragma once

#include <functional>
#include <string>

#include "connection/session.hpp"
#include "migrations/migration.hpp"

namespace chronos::internal {

using migration_warning = std::function<void(const std::string&)>;

// Statements about roles, other databases, tablespaces, the server and subscriptions are left out
// with a warning: they would change more than this database. An error tells file and line.
// `before_commit` is called inside each transaction; null: nothing.
void run_in_scratch(session& on, const script& what, const migration_warning& warn,
                    const std::function<void(session& on)>& before_commit = {});

// Why a statement is left out; empty: it is run.
[[nodiscard]] std::string reason_to_leave_out(std::string_view statement);

}  // namespace chronos::internal

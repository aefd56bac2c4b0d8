// Running pg_dump's statements one by one.
#pragma once

#include <functional>
#include <string>

#include "connection/workers.hpp"
#include "restore/dump_script.hpp"

namespace chronos::internal {

using warn_function = std::function<void(const std::string&)>;

// Runs one statement. What cannot be had on another server and holds no data (an owner or a right
// of a role that is not there, a setting that this version does not know) becomes a warning; all
// other errors are thrown on, with the statement in the detail.
void run_statement(session& on, const script_statement& statement, const warn_function& warn);

// The same inside of a transaction, which an error leaves as it was before the statement.
void run_statement_within(session& on, const script_statement& statement,
                          const warn_function& warn);

// The beginning of a statement, for messages.
[[nodiscard]] std::string excerpt(std::string_view statement);

}  // namespace chronos::internal

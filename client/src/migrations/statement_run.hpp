// One statement of a script, and where in the script it failed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "connection/session.hpp"
#include "core/sql_splitter.hpp"
#include "migrations/migration.hpp"

namespace chronos::internal {

// The beginning of a statement on one line.
[[nodiscard]] std::string excerpt_of(std::string_view text);

// Where a character of a statement is in its script.
struct script_place {
    std::size_t line = 1;    // from 1
    std::size_t column = 1;  // in characters, from 1
    std::string text;        // the line
};

// `position` counts characters from 1; 0: the beginning of the statement.
[[nodiscard]] script_place place_in(const sql_statement& statement, std::size_t position);

// The server's error with file, line, column and the line itself. What becomes of the rest of the
// script is for the caller to add.
[[nodiscard]] server_error placed(const server_error& failure, const script& what,
                                  const sql_statement& statement);

// Throws as placed(), but for cancellation and a lost connection.
void run_statement_of(session& on, const script& what, const sql_statement& statement);

}  // namespace chronos::internal

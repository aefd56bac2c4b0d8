// Splits a script into statements where the server's parser would: quotes of every kind, nested
// comments and SQL function bodies are seen through.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace chronos::internal {

struct sql_statement {
    // Without the semicolon, and without white space and comments around it.
    std::string_view text;
    // White space and comments before it.
    std::string_view preamble;
    // Of the statement's first character, from 1.
    std::size_t line = 1;
};

// The views point into `script`. Lines that begin with a backslash between statements are psql's
// and are left out; empty statements are too. Follows SET standard_conforming_strings in the
// script. An unfinished quote or comment ends with the script; the server will say so.
[[nodiscard]] std::vector<sql_statement> split_sql(std::string_view script);

}  // namespace chronos::internal

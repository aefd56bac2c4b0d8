// Splits a script into statements where the server's parser would: quotes of every kind, nested
// comments and SQL function bodies are seen through.
#pragma once

#include <cstddef>
#include <string>
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
    // Of COPY … FROM STDIN: the lines that follow it, without the one that ends them.
    std::string_view rows = {};
    // Whether it is one, with or without lines.
    bool takes_rows = false;
};

// A line between statements that begins with a backslash: meant for psql.
struct psql_command {
    std::string_view text;
    std::size_t line = 1;
};

struct sql_script {
    std::vector<sql_statement> statements;
    std::vector<psql_command> commands;
};

// The views point into `script`. Empty statements are left out. Follows SET
// standard_conforming_strings in the script. An unfinished quote or comment ends with the script;
// the server will say so.
[[nodiscard]] sql_script parse_script(std::string_view script);

// Without what is meant for psql.
[[nodiscard]] std::vector<sql_statement> split_sql(std::string_view script);

// What of a script means something: comments, white space, line ends, empty statements and the case
// of what is not quoted are left out. Equal scripts do the same.
[[nodiscard]] std::string canonical_sql(std::string_view script);

// The first words of a statement in capitals, at most `count` of them, with one blank between; it
// ends before what is no word. Comments are seen through.
[[nodiscard]] std::string leading_words(std::string_view statement, std::size_t count);

}  // namespace chronos::internal

// The language of `git fast-import`, as far as an export speaks it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chronos/timestamp.hpp"

namespace chronos::internal {

struct commit_author {
    std::string role;
    std::string application;
    timestamp time;
};

struct commit_file {
    std::string path;
    std::string content;
    bool removed = false;
};

struct commit {
    std::string branch;
    std::string parent;  // a commit's id; empty: the one before in this stream, or none
    commit_author author;
    std::string message;
    bool everything = false;  // the files are all there are
    std::vector<commit_file> files;
};

// "alice <alice@psql>": nothing in it ends the line or the address.
[[nodiscard]] std::string author_line(const commit_author& author);

// The first line at most 72 columns of the statement, below it the whole; the trailers that a later
// export reads come last.
[[nodiscard]] std::string commit_message(const std::vector<std::string>& statements,
                                         std::string_view cause, std::string_view version,
                                         std::string_view fingerprint);

[[nodiscard]] std::string import_command(const commit& commit);

}  // namespace chronos::internal

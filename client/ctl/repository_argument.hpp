// Repositories as they are written on the command line.
#pragma once

#include <string>

namespace chronos::ctl {

// A URL stays as it is; a path becomes file:///… (relative ones start at the working directory).
[[nodiscard]] std::string repository_url(const std::string& argument);

// Makes a repository of a directory that exists and is empty. Does nothing to a repository, and
// nothing about a directory that does not exist: a snapshot into it shall fail.
void prepare_repository(const std::string& url);

struct named_repository {
    std::string name;
    std::string url;
};

// "main=file:///backup/shop"; without a name it is "main".
[[nodiscard]] named_repository parse_named_repository(const std::string& argument);

}  // namespace chronos::ctl

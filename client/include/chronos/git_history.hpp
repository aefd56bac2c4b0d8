// The history of a schema as a git repository.
#pragma once

#include <chronos/export.hpp>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

namespace chronos {

class connection;

struct git_options {
    std::string directory;  // does not exist, is empty, or holds a git repository
    std::string
        branch;  // begun if it does not exist; empty: main, in a repository of exports alone
    // Called now and then: versions done, versions there are to do.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;
    std::stop_token stop;
};

struct git_report {
    std::string branch;
    std::uint64_t versions = 0;  // commits that this run added
    std::uint64_t tags = 0;      // tags that this run added or moved
    std::string commit;          // of the newest version; empty: there is none yet

    friend bool operator==(const git_report&, const git_report&) = default;
};

// One commit a version, one file an object, one tag a label; a second run adds what is new. Equal
// versions give equal commits, whoever exports them and when. Throws refused (the directory holds
// something else, uncommitted changes, or commits of somebody else or of another past; nothing is
// changed then), wrong_component (there is no git), cancelled, and as current_version() does.
// Thread-safety: that of the connection; two processes on one directory at a time: one fails.
CHRONOS_EXPORT git_report export_to_git(connection& database, const git_options& options);

}  // namespace chronos

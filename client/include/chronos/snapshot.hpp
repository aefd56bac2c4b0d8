// Taking a snapshot: a consistent logical copy of one database, put into repositories.
#pragma once

#include <chrono>
#include <chronos/export.hpp>
#include <chronos/progress.hpp>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace chronos {

struct snapshot_options {
    // URLs of repositories that exist. The snapshot counts only if it is in all of them.
    std::vector<std::string> repositories;
    std::string label;
    // Empty: a new one is made. Form: 20261123T041932Z-0a1b2c3d.
    std::string id;
    // Connections that read rows, besides one that holds the locks.
    unsigned jobs = 2;
    // How long to try for the tables' locks (ACCESS SHARE, as any SELECT).
    std::chrono::seconds lock_timeout{60};
    // Copies every row, also those that an earlier snapshot in the repository is proved to hold.
    bool full = false;
    // Asks nothing of the extension in the database: every row comes by COPY, and no later snapshot
    // can build on this one.
    bool portable = false;
    // Roles and their passwords, as far as the role may read them.
    bool roles = true;
    progress_callback progress;
    warning_callback warning;
    std::stop_token stop;
};

// How much of a table was taken over from an earlier snapshot.
struct reuse_explanation {
    std::string schema;
    std::string name;
    std::uint64_t ranges = 0;  // of blocks, that the table was cut into
    std::uint64_t reused = 0;  // of them
    std::string reason;        // the first why not all; else empty
};

struct snapshot_result {
    std::string id;
    std::string label;
    // Of the extension chronos; none if the database does not have it.
    std::optional<std::int64_t> version;
    std::string timeline;
    std::string fingerprint;  // hexadecimal
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    std::uint64_t plain_bytes = 0;
    std::uint64_t stored_bytes = 0;  // what this snapshot added to each repository
    std::uint64_t pieces = 0;
    // The snapshot that this one builds on, without depending on it; empty: none, and why.
    std::string base;
    std::string full_reason;
    std::uint64_t reused_pieces = 0;
    std::uint64_t reused_bytes = 0;  // of the plain bytes: neither read nor sent
    std::vector<reuse_explanation> explanation;
    double seconds = 0;
    std::vector<std::string> repositories;
    std::vector<std::string> warnings;
};

// Connects with `conninfo` (as chronos::connection does) and takes the snapshot. The database needs
// no extension. Either the snapshot is in every repository when this returns, or an error is thrown
// and it is in none. Throws chronos::error: cancelled (by the stop token), busy (locks, with who
// holds them), space, repository, permission, wrong_component (no pg_dump that fits), ...
//
// Blocks; call it from any thread, several at once if you like.
[[nodiscard]] CHRONOS_EXPORT snapshot_result take_snapshot(const std::string& conninfo,
                                                           const snapshot_options& options);

}  // namespace chronos

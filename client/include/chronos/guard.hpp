// What stands before a command that deletes: which clusters would go, and can they be had back?
#pragma once

#include <chrono>
#include <chronos/export.hpp>
#include <chronos/found_cluster.hpp>
#include <chronos/timestamp.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

struct guard_options {
    std::vector<std::string> command;  // program and arguments, as a shell would hand them over
    std::vector<std::string> repositories;  // URLs where snapshots are looked for
    std::chrono::seconds max_age = std::chrono::hours(24);
    bool same_device = false;  // a repository on the disk of the data counts
    bool read_objects =
        false;  // verify every byte of the snapshots, not just that they are complete
};

// The newest verified snapshot of one database.
struct guard_cover {
    std::uint32_t oid = 0;
    std::string database;  // empty: no snapshot has told its name
    std::string snapshot;  // empty: there is none
    std::string repository;
    timestamp created_at;
    bool fresh = false;  // not older than max_age
};

// Something that the command deletes, with a cluster in it, or of which that cannot be told.
struct guard_loss {
    std::string
        kind;  // "volume", "anonymous volume", "container", "directory", "database", "claim"
    std::string name;  // to be typed with --force
    std::string path;
    std::vector<std::string> containers;  // that use it
    bool cluster_known = false;
    found_cluster cluster;  // if known
    std::vector<guard_cover> covers;
    std::vector<std::string> reasons;  // why it cannot be had back; none: it can

    [[nodiscard]] bool recoverable() const noexcept { return reasons.empty(); }
};

enum class guard_verdict {
    passed,          // nothing of PostgreSQL is deleted, or all of it can be had back
    refused,         // something cannot
    not_understood,  // the command is not known, or it cannot be told what it deletes
};
[[nodiscard]] CHRONOS_EXPORT std::string_view to_string(guard_verdict verdict) noexcept;

struct guard_report {
    guard_verdict verdict = guard_verdict::not_understood;
    std::string why;  // it was not understood, or nothing is deleted
    std::vector<guard_loss> losses;
    std::vector<std::string> deleted;  // everything else that goes: "volume shop_cache"
    std::vector<std::string> notes;    // what a person should know besides
};

// Changes nothing, and starts nothing but questions to the engine. Throws error_code::usage (a
// repository's URL), or what a failing repository throws.
[[nodiscard]] CHRONOS_EXPORT guard_report judge_command(const guard_options& options);

}  // namespace chronos

// Is what a repository holds still what was put there?
#pragma once

#include <chronos/export.hpp>
#include <chronos/repository.hpp>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

enum class object_problem_kind { missing, truncated, damaged, unreadable };
[[nodiscard]] CHRONOS_EXPORT std::string_view to_string(object_problem_kind kind) noexcept;

// One object that is not what it should be.
struct object_problem {
    std::string object;  // its name: 64 hexadecimal digits
    object_problem_kind kind = object_problem_kind::missing;
    std::string detail;
    std::vector<std::string> used_by;    // "table public.orders", "pre_data", ...; sorted
    std::vector<std::string> snapshots;  // ids; sorted

    friend bool operator==(const object_problem&, const object_problem&) = default;
};

// One manifest that cannot be used.
struct manifest_problem {
    std::string snapshot;
    std::string detail;

    friend bool operator==(const manifest_problem&, const manifest_problem&) = default;
};

struct verify_progress {
    std::uint64_t objects_done = 0;
    std::uint64_t objects_total = 0;
    std::uint64_t bytes_done = 0;  // stored bytes
    std::uint64_t bytes_total = 0;
};

struct verify_options {
    // Read every object, decompress it and hash it again. Otherwise: manifests, presence and sizes.
    bool data = false;
    unsigned jobs = 2;
    // Called from one thread at a time, not always the same.
    std::function<void(const verify_progress&)> progress;
    std::stop_token stop;
};

struct verify_report {
    std::vector<std::string> snapshots;  // ids that were looked at
    bool data = false;
    std::uint64_t objects = 0;
    std::uint64_t stored_bytes = 0;
    std::vector<manifest_problem> damaged_manifests;
    std::vector<object_problem> damaged_objects;

    [[nodiscard]] bool intact() const noexcept {
        return damaged_manifests.empty() && damaged_objects.empty();
    }
};

// Never stops at the first problem. Throws only if the snapshot is not found, the repository cannot
// be read at all, or it is cancelled.
[[nodiscard]] CHRONOS_EXPORT verify_report verify_snapshot(const repository& from,
                                                           const snapshot_selector& selector,
                                                           const verify_options& options = {});

// Every snapshot of the repository; an object that several share is read once.
[[nodiscard]] CHRONOS_EXPORT verify_report verify_repository(const repository& from,
                                                             const verify_options& options = {});

}  // namespace chronos

// Drills: a snapshot is known to be restorable because it was restored.
#pragma once

#include <chronos/export.hpp>
#include <chronos/progress.hpp>
#include <chronos/repository.hpp>
#include <chronos/timestamp.hpp>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace chronos {

class connection;

struct drill_options {
    std::string repository;  // URL
    snapshot_selector snapshot = snapshot_selector::latest();
    // Connection string of any database of the server where it takes place. The role must be
    // allowed to create databases there, and whatever the snapshot's statements need.
    std::string server;
    unsigned jobs = 2;
    bool roles = false;   // create roles that are missing there; else what needs them fails
    bool indexes = true;  // check every btree index against its table (extension amcheck)
    progress_callback progress;
    warning_callback warning;
    std::stop_token stop;
};

// What came of it. A plain value.
struct drill_report {
    std::string snapshot;  // id
    std::string repository;
    std::string database;  // that the snapshot is of
    timestamp started_at;
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    std::uint64_t plain_bytes = 0;
    std::uint64_t indexes = 0;          // that were checked
    double restore_seconds = 0;         // what a real restore would take
    double seconds = 0;                 // all of it
    std::vector<std::string> problems;  // empty: it has passed

    [[nodiscard]] bool passed() const noexcept { return problems.empty(); }
    friend bool operator==(const drill_report&, const drill_report&) = default;
};

// Restores into a scratch database, compares the content of every table and sequence with the
// snapshot's own hashes, checks the indexes, and drops the database; what a killed drill leaves is
// dropped by the next one. A snapshot that cannot be restored is a report with problems; throws as
// restore_snapshot() does if it cannot be found, or the server does not let it begin.
[[nodiscard]] CHRONOS_EXPORT drill_report drill_snapshot(const drill_options& options);

// Keeps the report in the database that the snapshot is of, for recovery_objectives().
CHRONOS_EXPORT void record_drill(connection& database, const drill_report& report);

// How much would be lost now, and how long it would take to come back.
struct recovery_objective {
    std::string objective;                  // recovery point, proved recovery point, recovery time
    std::optional<double> target_seconds;   // none: no target is set
    std::optional<double> present_seconds;  // none: there is no snapshot, or no drill that passed
    std::optional<bool> met;                // none: no target is set
    std::string evidence;

    friend bool operator==(const recovery_objective&, const recovery_objective&) = default;
};

[[nodiscard]] CHRONOS_EXPORT std::vector<recovery_objective> recovery_objectives(
    connection& database);

}  // namespace chronos

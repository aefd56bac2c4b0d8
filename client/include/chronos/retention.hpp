// Which snapshots are kept, and forgetting the others.
#pragma once

#include <chrono>
#include <chronos/export.hpp>
#include <chronos/repository.hpp>
#include <chronos/timestamp.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace chronos {

// A snapshot is kept if any of these says so. A rule keeps the newest snapshot of each of the last
// so many hours, days, ISO weeks, months or years that have one, by the local time zone. 0: no
// rule.
struct retention_policy {
    std::size_t last = 0;
    std::size_t hourly = 0;
    std::size_t daily = 0;
    std::size_t weekly = 0;
    std::size_t monthly = 0;
    std::size_t yearly = 0;
    std::chrono::seconds within{0};   // of the newest, not of now: who stops keeps what there is
    std::vector<std::string> labels;  // patterns: *, ? and […]

    [[nodiscard]] bool empty() const noexcept {
        return last + hourly + daily + weekly + monthly + yearly == 0 && within.count() == 0 &&
               labels.empty();
    }
    friend bool operator==(const retention_policy&, const retention_policy&) = default;
};

struct retention_verdict {
    snapshot_summary snapshot;
    std::vector<std::string> reasons;  // "daily 2026-11-27"; empty: it is forgotten

    [[nodiscard]] bool kept() const noexcept { return !reasons.empty(); }
    friend bool operator==(const retention_verdict&, const retention_verdict&) = default;
};

// Each database of each server for itself, in the order of the list. The newest is always kept. So
// is, without counting for any rule, what somebody has to look at: what is damaged, and what is
// dated later than an hour after `now`. Pure, but for the time zone of the process.
[[nodiscard]] CHRONOS_EXPORT std::vector<retention_verdict> judge_retention(
    const retention_policy& policy, const std::vector<snapshot_summary>& snapshots, timestamp now);

struct forget_options {
    std::string database;  // empty: all of the repository
    // Of the server that the database is on; none: any.
    std::optional<std::string> system_identifier = std::nullopt;
    bool dry_run = false;        // judge only
    bool accept_shrink = false;  // go on although a database is much smaller than it was
};

struct forget_report {
    std::vector<retention_verdict> verdicts;  // oldest first
    std::vector<std::string> alarms;  // why nothing was, or would be, forgotten of a database
};

// Forgotten snapshots are not listed any more; their objects stay until repository::sweep() has
// found them forgotten for longer than its grace. Nothing is forgotten and it throws refused: if
// the newest snapshot of a database is not whole (verify_snapshot without data), if one that is
// newer has a manifest that cannot be read, and if what would be forgotten has more than twice the
// tables, rows or bytes of everything that is kept. Throws usage for an empty policy, busy while
// anybody reads or writes.
CHRONOS_EXPORT forget_report forget_snapshots(const repository& in, const retention_policy& policy,
                                              const forget_options& options = {});

struct forgotten_snapshot {
    std::string id;
    timestamp forgotten_at;

    friend bool operator==(const forgotten_snapshot&, const forgotten_snapshot&) = default;
};

// Those that are not swept yet, in the order in which they were forgotten.
[[nodiscard]] CHRONOS_EXPORT std::vector<forgotten_snapshot> forgotten_snapshots(
    const repository& in);

// Lists it again. Throws not_found.
CHRONOS_EXPORT void remember_snapshot(const repository& in, const std::string& id);

}  // namespace chronos

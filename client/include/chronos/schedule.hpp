// Schedules by which the server takes snapshots by itself.
#pragma once

#include <chrono>
#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;

// What a schedule is to be. A plain value; what is not set is left to the server.
struct schedule_request {
    std::string name;
    std::string cron;       // five fields, or @hourly, @daily, @weekly, @monthly, @yearly
    std::string time_zone;  // IANA name; empty: the TimeZone setting of the database
    std::string label;      // of the snapshots; empty: none
    std::optional<std::chrono::seconds> jitter;
    std::optional<std::chrono::seconds> timeout;  // 0: none; not set: chronos.snapshot_timeout
    std::optional<int> retries;
    std::optional<std::chrono::seconds> retry_delay;
};

// A schedule as the server keeps it. A plain value.
struct schedule {
    std::string name;
    std::string cron;
    std::string time_zone;
    std::string label;
    std::string owner;                  // a role, or its number if it was dropped
    std::string state;                  // waiting, running, retrying, paused
    std::optional<timestamp> next_run;  // none while it is paused
    std::string last_run;               // id of a snapshot
    std::optional<timestamp> last_finished_at;
    std::string last_result;  // success, failure; empty: it never ran
    std::string last_error;
    std::string last_hint;
    std::int64_t consecutive_failures = 0;
    std::int64_t skipped = 0;
    std::string problem;  // what keeps it from running, if anything does

    friend bool operator==(const schedule&, const schedule&) = default;
};

// What the server warns of: a message and a hint.
using schedule_warning = std::function<void(std::string_view message, std::string_view hint)>;

// Makes a schedule, or changes the one of this name; when it runs next. Throws usage (what is wrong
// with the expression, the time zone or a limit), permission.
CHRONOS_EXPORT timestamp add_schedule(connection& database, const schedule_request& wanted,
                                      const schedule_warning& warn = {});
// These throw not_found if there is none of this name.
CHRONOS_EXPORT void remove_schedule(connection& database, const std::string& name);
CHRONOS_EXPORT void pause_schedule(connection& database, const std::string& name);
// When it runs next.
CHRONOS_EXPORT timestamp resume_schedule(connection& database, const std::string& name);

// By name.
[[nodiscard]] CHRONOS_EXPORT std::vector<schedule> schedules(connection& database);

// The first `count` times after `after` (not set: now) at which an expression comes true; fewer if
// it never does. Throws usage.
[[nodiscard]] CHRONOS_EXPORT std::vector<timestamp> next_runs(
    connection& database, const std::string& cron, const std::string& time_zone, std::size_t count,
    std::optional<timestamp> after = std::nullopt);

}  // namespace chronos

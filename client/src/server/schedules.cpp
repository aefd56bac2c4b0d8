#include <fmt/format.h>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "chronos/schedule.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos {

using internal::ask;
using internal::row;
using internal::value;

namespace {

// Sessions of this library have a time zone of their own.
constexpr std::string_view kZone =
    "coalesce({}, (SELECT s.reset_val FROM pg_catalog.pg_settings AS s WHERE s.name = 'TimeZone'))";

std::string microseconds(std::string_view expression) {
    return fmt::format("(extract(epoch FROM {}) * 1000000)::bigint", expression);
}

value text_or_none(const std::string& text) { return text.empty() ? value() : value(text); }

value seconds_or_none(const std::optional<std::chrono::seconds>& duration) {
    return duration ? value(fmt::format("{} s", duration->count())) : value();
}

// An argument that the server calls wrong is wrong usage.
template <typename question>
auto asked(question ask_it) {
    try {
        return ask_it();
    } catch (const internal::server_error& failure) {
        if (failure.sqlstate() != "22023") throw;
        throw error(error_code::usage, failure.what(), failure.detail(), failure.hint());
    }
}

class warnings_heard {
  public:
    warnings_heard(internal::session& on, const schedule_warning& warn) : session_(on) {
        if (!warn) return;
        session_.on_notice([&warn](const internal::server_report& report) {
            if (report.severity == "WARNING") warn(report.message, report.hint);
        });
    }
    ~warnings_heard() { session_.on_notice({}); }
    warnings_heard(const warnings_heard&) = delete;
    warnings_heard& operator=(const warnings_heard&) = delete;

  private:
    internal::session& session_;
};

schedule schedule_of(const row& from) {
    schedule result;
    result.name = from.text(0);
    result.cron = from.text(1);
    result.time_zone = from.text(2);
    result.label = from.text(3);
    result.owner = from.text(4);
    result.state = from.text(5);
    result.next_run = internal::moment_or_none(from, 6);
    result.last_run = from.text(7);
    result.last_finished_at = internal::moment_or_none(from, 8);
    result.last_result = from.text(9);
    result.last_error = from.text(10);
    result.last_hint = from.text(11);
    result.consecutive_failures = from.number(12);
    result.skipped = from.number(13);
    result.problem = from.text(14);
    return result;
}

}  // namespace

timestamp add_schedule(connection& database, const schedule_request& wanted,
                       const schedule_warning& warn) {
    internal::session& session = database.internal_session();
    const warnings_heard heard(session, warn);
    const std::string query =
        "SELECT " + microseconds(fmt::format(
                        "chronos.schedule($1, $2, {}, $4, coalesce($5::interval, '0'), "
                        "$6::interval, coalesce($7::integer, 3), coalesce($8::interval, '1 min'))",
                        fmt::format(fmt::runtime(kZone), "$3")));
    const value retries = wanted.retries ? value(std::to_string(*wanted.retries)) : value();
    return asked([&] {
        return internal::moment(
            ask(session, query,
                {wanted.name, wanted.cron, text_or_none(wanted.time_zone),
                 text_or_none(wanted.label), seconds_or_none(wanted.jitter),
                 seconds_or_none(wanted.timeout), retries, seconds_or_none(wanted.retry_delay)})
                .at(0),
            0);
    });
}

void remove_schedule(connection& database, const std::string& name) {
    (void)ask(database.internal_session(), "SELECT chronos.unschedule($1)", {name});
}

void pause_schedule(connection& database, const std::string& name) {
    (void)ask(database.internal_session(), "SELECT chronos.pause_schedule($1)", {name});
}

timestamp resume_schedule(connection& database, const std::string& name) {
    const auto found = ask(database.internal_session(),
                           "SELECT " + microseconds("chronos.resume_schedule($1)"), {name});
    return internal::moment(found.at(0), 0);
}

std::vector<schedule> schedules(connection& database) {
    const auto found =
        ask(database.internal_session(),
            "SELECT name, cron, time_zone, label, owner, state, " + microseconds("next_run") +
                ", last_run, " + microseconds("last_finished_at") +
                ", last_result, last_error, last_hint, consecutive_failures, skipped, problem"
                " FROM chronos.schedules ORDER BY name");
    std::vector<schedule> result;
    result.reserve(found.size());
    for (const row& one : found) result.push_back(schedule_of(one));
    return result;
}

std::vector<timestamp> next_runs(connection& database, const std::string& cron,
                                 const std::string& time_zone, std::size_t count,
                                 std::optional<timestamp> after) {
    const std::string query =
        "WITH RECURSIVE run (nth, at) AS ("
        " SELECT 0, coalesce($3::timestamptz, clock_timestamp())"
        " UNION ALL SELECT nth + 1, chronos.next_run($1, at, " +
        fmt::format(fmt::runtime(kZone), "$2") +
        ") FROM run WHERE nth < $4::integer AND at IS NOT NULL)"
        " SELECT " +
        microseconds("at") + " FROM run WHERE nth > 0 AND at IS NOT NULL ORDER BY nth";
    const value from = after ? value(to_string(*after)) : value();
    return asked([&] {
        std::vector<timestamp> result;
        for (const row& one : ask(database.internal_session(), query,
                                  {cron, text_or_none(time_zone), from, std::to_string(count)})) {
            result.push_back(internal::moment(one, 0));
        }
        return result;
    });
}

}  // namespace chronos

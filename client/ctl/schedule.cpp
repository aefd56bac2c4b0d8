// chronosctl schedule: add, list, remove, pause, resume, next.
#include "chronos/schedule.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "ctl/between.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/duration.hpp"
#include "ctl/json.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct schedule_options {
    connection_options target;
    schedule_request wanted;
    int retries = 3;
    std::string jitter;
    std::string timeout;
    std::string retry_delay;
    std::string after;
    std::size_t count = 5;
};

json time_or_null(const std::optional<timestamp>& moment) {
    return moment ? json(to_string(*moment)) : json();
}

json document_of(const schedule& one) {
    return {{"name", one.name},
            {"cron", one.cron},
            {"time_zone", one.time_zone},
            {"label", text_or_null(one.label)},
            {"owner", one.owner},
            {"state", one.state},
            {"next_run", time_or_null(one.next_run)},
            {"last_run", text_or_null(one.last_run)},
            {"last_finished_at", time_or_null(one.last_finished_at)},
            {"last_result", text_or_null(one.last_result)},
            {"last_error", text_or_null(one.last_error)},
            {"last_hint", text_or_null(one.last_hint)},
            {"consecutive_failures", one.consecutive_failures},
            {"skipped", one.skipped},
            {"problem", text_or_null(one.problem)}};
}

std::optional<std::chrono::seconds> duration_option(const std::string& name,
                                                    const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto duration = parse_duration(text);
    if (!duration) {
        throw error(error_code::usage, fmt::format("{}: \"{}\" is not a duration", name, text), {},
                    "Write a number and a unit: 90s, 15min, 2h, 1d.");
    }
    return duration;
}

exit_status run_add(const schedule_options& options, output& out) {
    schedule_request wanted = options.wanted;
    wanted.retries = options.retries;
    wanted.jitter = duration_option("--jitter", options.jitter);
    wanted.timeout = duration_option("--timeout", options.timeout);
    wanted.retry_delay = duration_option("--retry-delay", options.retry_delay);
    connection database(options.target.conninfo());
    const timestamp next = add_schedule(
        database, wanted,
        [&out](std::string_view message, std::string_view hint) { out.warning(message, hint); });
    if (out.json()) {
        out.document({{"name", wanted.name}, {"next_run", to_string(next)}});
    } else {
        out.line(fmt::format("schedule {}: next run {}", printable(wanted.name), local_time(next)));
    }
    return exit_status::success;
}

std::string moment_text(const std::optional<timestamp>& moment) {
    return moment ? local_time(*moment) : "-";
}

std::string result_text(const schedule& one) {
    if (one.last_result.empty()) return "-";
    if (one.consecutive_failures == 0) return one.last_result;
    return counted(static_cast<std::uint64_t>(one.consecutive_failures), "failure");
}

exit_status run_list(const schedule_options& options, output& out) {
    connection database(options.target.conninfo());
    const auto known = schedules(database);
    if (out.json()) {
        json list = json::array();
        for (const schedule& one : known) list.push_back(document_of(one));
        out.document(list);
        return exit_status::success;
    }
    table lines({{"name"},
                 {"cron"},
                 {"time zone"},
                 {"state"},
                 {"next run"},
                 {"last result"},
                 {"finished"},
                 {"problem or error"}});
    for (const schedule& one : known) {
        lines.add({one.name, one.cron, one.time_zone, one.state, moment_text(one.next_run),
                   result_text(one), moment_text(one.last_finished_at),
                   one.problem.empty() ? one.last_error : one.problem});
    }
    out.text(known.empty() ? "no schedules\n" : lines.render(out.columns()));
    return exit_status::success;
}

exit_status run_remove(const schedule_options& options, output& out) {
    connection database(options.target.conninfo());
    remove_schedule(database, options.wanted.name);
    if (out.json()) {
        out.document({{"name", options.wanted.name}, {"removed", true}});
    } else {
        out.line(fmt::format("schedule {} removed", printable(options.wanted.name)));
    }
    return exit_status::success;
}

exit_status run_pause(const schedule_options& options, output& out) {
    connection database(options.target.conninfo());
    pause_schedule(database, options.wanted.name);
    if (out.json()) {
        out.document({{"name", options.wanted.name}, {"paused", true}});
    } else {
        out.line(fmt::format("schedule {} paused", printable(options.wanted.name)));
    }
    return exit_status::success;
}

exit_status run_resume(const schedule_options& options, output& out) {
    connection database(options.target.conninfo());
    const timestamp next = resume_schedule(database, options.wanted.name);
    if (out.json()) {
        out.document({{"name", options.wanted.name}, {"next_run", to_string(next)}});
    } else {
        out.line(fmt::format("schedule {}: next run {}", printable(options.wanted.name),
                             local_time(next)));
    }
    return exit_status::success;
}

exit_status run_next(const schedule_options& options, output& out) {
    std::optional<timestamp> after;
    if (!options.after.empty()) {
        after = parse_timestamp(options.after);
        if (!after) {
            throw error(error_code::usage,
                        fmt::format("--after: \"{}\" is not a point in time", options.after), {},
                        "For example 2026-11-23 or \"2026-11-23 04:19:32+01\".");
        }
    }
    connection database(options.target.conninfo());
    const auto times =
        next_runs(database, options.wanted.cron, options.wanted.time_zone, options.count, after);
    if (out.json()) {
        json list = json::array();
        for (const timestamp one : times) list.push_back(to_string(one));
        out.document(list);
        return exit_status::success;
    }
    for (const timestamp one : times) out.line(local_time(one));
    if (times.empty()) out.line("never");
    return exit_status::success;
}

using shared_options = std::shared_ptr<schedule_options>;

void add_adding(verbs& all, CLI::App& group, const shared_options& options) {
    CLI::App& add = all.add_below(
        group, "add", "Make a schedule, or change the one of this name",
        "  chronosctl schedule add nightly '30 3 * * *' --time-zone Europe/Berlin -d shop\n"
        "  chronosctl schedule add hourly @hourly --jitter 5min --timeout 30min -d shop\n",
        [options](output& out) { return run_add(*options, out); });
    add.add_option("NAME", options->wanted.name, "a name of your choice")->required();
    add.add_option("CRON", options->wanted.cron,
                   "minute, hour, day of month, month, day of week; or @hourly, @daily ...")
        ->required();
    add.add_option("--time-zone", options->wanted.time_zone,
                   "such as Europe/Berlin; the setting TimeZone of the database unless given")
        ->type_name("ZONE");
    add.add_option("--label", options->wanted.label, "of its snapshots")->type_name("TEXT");
    add.add_option("--jitter", options->jitter, "start up to so much later, at random")
        ->type_name("TIME");
    add.add_option("--timeout", options->timeout, "end a run that takes longer")->type_name("TIME");
    add.add_option("--retries", options->retries, "try a failed run again so often (3)")
        ->type_name("N")
        ->check(between(0, 100));
    add.add_option("--retry-delay", options->retry_delay,
                   "before the first retry (1min); doubled for each further one")
        ->type_name("TIME");
    options->target.add_to(add);
}

void add_named(verbs& all, CLI::App& group, const shared_options& options, const char* name,
               const char* description, exit_status (*run)(const schedule_options&, output&)) {
    CLI::App& verb = all.add_below(group, name, description,
                                   fmt::format("  chronosctl schedule {} nightly -d shop\n", name),
                                   [options, run](output& out) { return run(*options, out); });
    verb.add_option("NAME", options->wanted.name, "as `schedule list` shows it")->required();
    options->target.add_to(verb);
}

void add_next(verbs& all, CLI::App& group, const shared_options& options) {
    CLI::App& next = all.add_below(
        group, "next", "Tell when a cron expression comes true",
        "  chronosctl schedule next '30 2 * * *' --time-zone Europe/Berlin --after 2026-03-28\n",
        [options](output& out) { return run_next(*options, out); });
    next.add_option("CRON", options->wanted.cron, "the expression")->required();
    next.add_option("--time-zone", options->wanted.time_zone,
                    "the setting TimeZone of the database unless given")
        ->type_name("ZONE");
    next.add_option("--after", options->after, "from this time on, instead of now")
        ->type_name("TIME");
    next.add_option("-n,--limit", options->count, "so many times (5)")
        ->type_name("N")
        ->check(between(1, 1000));
    options->target.add_to(next);
}

}  // namespace

void add_schedule(verbs& all) {
    auto options = std::make_shared<schedule_options>();
    CLI::App& group =
        all.add_group("schedule", "Have the server take snapshots by itself, at certain times");
    add_adding(all, group, options);
    CLI::App& list = all.add_below(group, "list", "List the schedules of a database",
                                   "  chronosctl schedule list -d shop\n",
                                   [options](output& out) { return run_list(*options, out); });
    options->target.add_to(list);
    add_named(all, group, options, "remove", "Remove a schedule; its snapshots stay", run_remove);
    add_named(all, group, options, "pause", "Start no more runs until it is resumed", run_pause);
    add_named(all, group, options, "resume", "Start runs again; what was missed is not made up",
              run_resume);
    add_next(all, group, options);
}

}  // namespace chronos::ctl

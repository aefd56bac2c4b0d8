// chronosctl migrate verify: pending migrations tried out, up, down and up again.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/migration_trial.hpp"
#include "ctl/difference.hpp"
#include "ctl/json.hpp"
#include "ctl/migrate_options.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

json titles(const std::vector<object_difference>& differences) {
    json list = json::array();
    for (const object_difference& one : differences)
        list.push_back({{"change", one.change}, {"kind", one.kind}, {"identity", one.identity}});
    return list;
}

json to_json(const verified_migration& one) {
    return {{"version", one.version},
            {"name", one.name},
            {"file", one.file},
            {"holds", one.holds()},
            {"down", !one.has_down ? json() : json(one.derived ? "derived" : "script")},
            {"up_seconds", one.up_seconds},
            {"down_seconds", one.has_down ? json(one.down_seconds) : json()},
            {"locks", one.locks},
            {"rewritten", one.rewritten},
            {"after_down", titles(one.after_down)},
            {"after_second_up", titles(one.after_second)},
            {"failure", text_or_null(one.failure)}};
}

void print(const verified_migration& one, output& out) {
    const auto time = [](double seconds) {
        return human_duration(std::chrono::duration<double>(seconds));
    };
    std::string line = fmt::format("{}  {}  {}  up {}", one.holds() ? "ok    " : "differs",
                                   one.version, one.name, time(one.up_seconds));
    if (one.has_down)
        line += fmt::format(", down {}{}", time(one.down_seconds), one.derived ? " (derived)" : "");
    out.line(printable(line));
    for (const std::string& lock : one.locks) out.line("        " + printable(lock));
    for (const std::string& rewritten : one.rewritten)
        out.line("        rewrites " + printable(rewritten));
    const auto differences = [&out](const char* when, const auto& list) {
        for (const object_difference& each : list) {
            out.line(
                printable(fmt::format("        {}: {} {}", when, each.change, title_of(each))));
            for (const part_difference& part : each.parts)
                out.line("          " + printable(part_line(part)));
        }
    };
    differences("after up and down", one.after_down);
    differences("after up, down and up", one.after_second);
    if (!one.failure.empty())
        out.line("        after that it cannot be applied again: " + printable(one.failure));
}

exit_status verify(const migrate_arguments& arguments, output& out) {
    const interruption interrupted;
    connection database(arguments.target.conninfo());
    const auto all = verify_migrations(database, arguments.options(out, interrupted),
                                       [&out](const verified_migration& one) {
                                           if (!out.json()) print(one, out);
                                       });
    const bool holds =
        std::all_of(all.begin(), all.end(), [](const auto& one) { return one.holds(); });
    if (out.json()) {
        json list = json::array();
        for (const verified_migration& one : all) list.push_back(to_json(one));
        out.document({{"holds", holds}, {"migrations", list}});
    } else if (all.empty()) {
        out.line("nothing to do");
    }
    return holds ? exit_status::success : exit_status::failure;
}

}  // namespace

void add_migrate_verify(verbs& all, CLI::App& group) {
    auto arguments = std::make_shared<migrate_arguments>();
    CLI::App& verb = all.add_below(
        group, "verify", "Try what is pending out in a scratch database: up, down, and up again",
        "  chronosctl migrate verify -d shop --dir db/migrations\n"
        "  chronosctl migrate verify -d shop --json | jq '.migrations[] | {version, locks}'\n",
        [arguments](output& out) { return verify(*arguments, out); });
    arguments->add_running(verb);
}

}  // namespace chronos::ctl

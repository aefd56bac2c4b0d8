// chronosctl doctor: what would lose this database, the worst first.
#include "chronos/doctor.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/duration_option.hpp"
#include "ctl/json.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct doctor_options {
    connection_options target;
    std::string area;
    bool all = false;
    std::string acknowledge;
    std::string unacknowledge;
    std::string reason;
    std::int64_t seconds = 90LL * 86400;
};

json document_of(const std::vector<finding>& findings) {
    json list = json::array();
    for (const finding& one : findings) {
        list.push_back({{"id", one.id},
                        {"area", one.area},
                        {"severity", to_string(one.how_bad)},
                        {"finding", one.text},
                        {"evidence", one.evidence.empty() ? json() : json::parse(one.evidence)},
                        {"remedy", text_or_null(one.remedy)}});
    }
    return {{"worst", to_string(worst(findings))}, {"findings", list}};
}

std::string painted(severity how_bad, const output& out) {
    std::string name(to_string(how_bad));
    switch (how_bad) {
        case severity::critical:
            return out.bad(name);
        case severity::warning:
            return out.strong(name);
        case severity::ok:
            return out.good(name);
        default:
            return name;
    }
}

void print(const std::vector<finding>& findings, bool all, output& out) {
    std::size_t good = 0;
    for (const finding& one : findings) {
        if (one.how_bad == severity::ok && !all) {
            ++good;
            continue;
        }
        out.line(fmt::format("{}  {}: {}", painted(one.how_bad, out), out.place(printable(one.id)),
                             printable(one.text)));
        if (!one.remedy.empty()) out.line("    " + printable(one.remedy));
    }
    if (good > 0) {
        out.line(fmt::format("{} more found nothing; --all shows them", counted(good, "check")));
    }
}

exit_status status_of(severity worst) {
    switch (worst) {
        case severity::critical:
            return exit_status::damage;
        case severity::warning:
        case severity::unknown:
            return exit_status::failure;
        default:
            return exit_status::success;
    }
}

exit_status change(const doctor_options& options, connection& database, output& out) {
    if (!options.unacknowledge.empty()) {
        const bool was = unacknowledge(database, options.unacknowledge);
        if (out.json()) {
            out.document({{"unacknowledged", was}});
        } else if (!was) {
            out.note(options.unacknowledge + " was not acknowledged");
        }
        return was ? exit_status::success : exit_status::not_found;
    }
    if (options.reason.empty()) {
        throw error(error_code::usage, "a finding is acknowledged with a reason", {},
                    "Say why it may stay as it is: --reason TEXT.");
    }
    acknowledge(database, options.acknowledge, options.reason,
                std::chrono::time_point_cast<timestamp::duration>(
                    std::chrono::system_clock::now() + std::chrono::seconds(options.seconds)));
    if (out.json()) out.document({{"acknowledged", options.acknowledge}});
    return exit_status::success;
}

exit_status run(const doctor_options& options, output& out) {
    connection database(options.target.conninfo());
    if (!options.acknowledge.empty() || !options.unacknowledge.empty()) {
        return change(options, database, out);
    }
    std::vector<finding> findings = examine(database);
    if (!options.area.empty()) {
        std::erase_if(findings,
                      [&options](const finding& one) { return one.area != options.area; });
    }
    if (out.json()) {
        out.document(document_of(findings));
    } else {
        print(findings, options.all, out);
    }
    return status_of(worst(findings));
}

}  // namespace

void add_doctor(verbs& all) {
    auto options = std::make_shared<doctor_options>();
    CLI::App& verb = all.add(
        "doctor",
        "Tell what would lose this database, the worst first. Exit status: 0, nothing worse than "
        "info; 1, a warning, or something that cannot be told; 3, something critical",
        "  chronosctl doctor -d shop\n"
        "  chronosctl doctor -d shop --area storage --json\n"
        "  chronosctl doctor -d shop --acknowledge durability.checksums --reason 'ZFS has its "
        "own'\n",
        [options](output& out) { return run(*options, out); });
    options->target.add_to(verb);
    verb.add_option("--area", options->area, "only this area")
        ->check(
            CLI::IsMember({"storage", "recovery", "durability", "platform", "schema", "doctor"}));
    verb.add_flag("--all", options->all, "checks that found nothing, too");
    CLI::Option* const known =
        verb.add_option("--acknowledge", options->acknowledge, "say that a finding is known")
            ->type_name("ID");
    verb.add_option("--unacknowledge", options->unacknowledge, "take that back")
        ->type_name("ID")
        ->excludes(known);
    verb.add_option("--reason", options->reason, "why it may stay")
        ->type_name("TEXT")
        ->needs(known);
    add_duration_option(verb, "--for", options->seconds, "for how long (default: 90d)")
        ->needs(known);
}

}  // namespace chronos::ctl

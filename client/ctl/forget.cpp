// chronosctl forget: which snapshots of a repository are kept, and which are not.
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/retention.hpp"
#include "ctl/between.hpp"
#include "ctl/duration_option.hpp"
#include "ctl/json.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct forget_arguments {
    std::string repository;
    retention_policy policy;
    forget_options options;
    std::int64_t within = 0;
    std::string undo;
    bool list = false;
};

json document_of(const forget_report& report, bool dry_run) {
    json snapshots = json::array();
    for (const retention_verdict& one : report.verdicts) {
        snapshots.push_back({{"id", one.snapshot.id},
                             {"created_at", to_string(one.snapshot.created_at)},
                             {"database", text_or_null(one.snapshot.database)},
                             {"label", text_or_null(one.snapshot.label)},
                             {"kept", one.kept()},
                             {"reasons", one.reasons}});
    }
    return {{"dry_run", dry_run}, {"alarms", report.alarms}, {"snapshots", snapshots}};
}

std::string lines_of(const forget_report& report, const output& out) {
    table lines({{"id"}, {"time"}, {"database"}, {"label"}, {"kept because"}});
    for (const retention_verdict& one : report.verdicts) {
        lines.add({one.snapshot.id, local_time(one.snapshot.created_at), one.snapshot.database,
                   one.snapshot.label,
                   one.kept() ? fmt::format("{}", fmt::join(one.reasons, ", ")) : "- forgotten"});
    }
    return lines.render(out.columns());
}

exit_status forget(const forget_arguments& arguments, const repository& in, output& out) {
    retention_policy policy = arguments.policy;
    policy.within = std::chrono::seconds(arguments.within);
    const forget_report report = forget_snapshots(in, policy, arguments.options);
    for (const std::string& alarm : report.alarms) out.warning(alarm);
    if (out.json()) {
        out.document(document_of(report, arguments.options.dry_run));
        return exit_status::success;
    }
    if (report.verdicts.empty()) {
        out.line("no snapshots");
        return exit_status::success;
    }
    out.text(lines_of(report, out));
    const auto gone =
        static_cast<std::uint64_t>(std::count_if(report.verdicts.begin(), report.verdicts.end(),
                                                 [](const auto& one) { return !one.kept(); }));
    out.line(fmt::format("{} {}", counted(gone, "snapshot"),
                         arguments.options.dry_run ? "would be forgotten" : "forgotten"));
    return exit_status::success;
}

exit_status undo(const forget_arguments& arguments, const repository& in, output& out) {
    remember_snapshot(in, arguments.undo);
    if (out.json()) {
        out.document({{"id", arguments.undo}, {"listed", true}});
    } else {
        out.line(printable("snapshot " + arguments.undo + " is listed again"));
    }
    return exit_status::success;
}

exit_status list(const repository& in, output& out) {
    const auto all = forgotten_snapshots(in);
    if (out.json()) {
        json list = json::array();
        for (const auto& one : all)
            list.push_back({{"id", one.id}, {"forgotten_at", to_string(one.forgotten_at)}});
        out.document(list);
        return exit_status::success;
    }
    table lines({{"id"}, {"forgotten"}});
    for (const auto& one : all) lines.add({one.id, local_time(one.forgotten_at)});
    out.text(all.empty() ? "no forgotten snapshots\n" : lines.render(out.columns()));
    return exit_status::success;
}

exit_status run(const forget_arguments& arguments, output& out) {
    const repository in = repository::open(repository_url(arguments.repository));
    if (arguments.list) return list(in, out);
    if (!arguments.undo.empty()) return undo(arguments, in, out);
    return forget(arguments, in, out);
}

void add_rules(CLI::App& verb, forget_arguments& arguments) {
    const auto count = [&verb](const char* name, std::size_t& number, const char* text) {
        verb.add_option(name, number, text)->type_name("N")->check(between(0, 1'000'000));
    };
    retention_policy& policy = arguments.policy;
    count("--keep-last", policy.last, "the newest N");
    count("--keep-hourly", policy.hourly, "the newest of each of N hours that have one");
    count("--keep-daily", policy.daily, "of N days");
    count("--keep-weekly", policy.weekly, "of N weeks");
    count("--keep-monthly", policy.monthly, "of N months");
    count("--keep-yearly", policy.yearly, "of N years");
    add_duration_option(verb, "--keep-within", arguments.within,
                        "all not older than the newest by more than this");
    verb.add_option("--keep-label", policy.labels,
                    "all whose label fits, such as 'release-*'; again for others")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
}

}  // namespace

void add_forget(verbs& all) {
    auto arguments = std::make_shared<forget_arguments>();
    CLI::App& verb = all.add(
        "forget", "Forget snapshots that no rule keeps",
        "  chronosctl forget --repository file:///backup/shop --keep-daily 7 --keep-weekly 5 "
        "--dry-run\n"
        "  chronosctl forget --repository file:///backup/shop --list\n"
        "  chronosctl forget --repository file:///backup/shop --undo 20261127T041932Z-0a1b2c3d\n",
        [arguments](output& out) { return run(*arguments, out); });
    verb.add_option("--repository", arguments->repository, "of which")
        ->type_name("URL")
        ->required();
    verb.add_option("--database", arguments->options.database, "only those of this one")
        ->type_name("NAME");
    add_rules(verb, *arguments);
    verb.add_flag("--dry-run", arguments->options.dry_run,
                  "say what would be forgotten, and why not");
    verb.add_flag("--accept-shrink", arguments->options.accept_shrink,
                  "go on although a database is much smaller than it was");
    auto* list = verb.add_flag("--list", arguments->list, "list those that are not swept yet");
    verb.add_option("--undo", arguments->undo, "list this one again")
        ->type_name("ID")
        ->excludes(list);
}

}  // namespace chronos::ctl

// chronosctl guard: stands before a command that deletes, and lets it pass or not.
#include "chronos/guard.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "chronos/error.hpp"
#include "chronos/snapshot.hpp"
#include "ctl/duration_option.hpp"
#include "ctl/guard_report.hpp"
#include "ctl/interruption.hpp"
#include "ctl/json.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct guard_arguments {
    guard_options options;
    std::vector<std::string> repositories;
    std::int64_t max_age = 86400;
    std::vector<std::string> confirmed;
    std::vector<std::string> databases;  // to take a snapshot of, should there be none that counts
    bool dry_run = false;
    bool force = false;
};

error refusal(const guard_report& report, const guard_arguments& arguments) {
    const auto lost = static_cast<std::uint64_t>(
        std::count_if(report.losses.begin(), report.losses.end(),
                      [](const auto& one) { return !one.recoverable(); }));
    const bool known = std::all_of(report.losses.begin(), report.losses.end(),
                                   [](const auto& one) { return one.cluster_known; });
    std::string hint =
        known
            ? "Take a snapshot of each database into a repository on another device: chronosctl "
              "snapshot -d CONNINFO --repository URL, and name it by --repository URL; or have it "
              "taken by --snapshot CONNINFO."
            : "Run this as a user who may read it. If nothing of value can be in it, --force "
              "--confirm NAME lets it pass.";
    if (arguments.options.repositories.empty() && known)
        hint = "No repository was named: give --repository URL, or set CHRONOS_REPOSITORY. " + hint;
    return {error_code::refused,
            fmt::format("refused: \"{}\" would delete {} that cannot be had back",
                        fmt::join(arguments.options.command, " "),
                        known ? counted(lost, "cluster") : counted(lost, "thing")),
            detail_of(report), hint};
}

std::string sentence(const std::string& text) {
    const bool ended =
        !text.empty() && std::string_view(".?!").find(text.back()) != std::string::npos;
    return ended ? text : text + ".";
}

// What --force has not been told the name of; empty: everything has.
std::vector<std::string> unconfirmed(const guard_report& report, const guard_arguments& arguments) {
    std::vector<std::string> result;
    for (const guard_loss& one : report.losses) {
        const auto& said = arguments.confirmed;
        if (!one.recoverable() && std::find(said.begin(), said.end(), one.name) == said.end())
            result.push_back(one.name);
    }
    return result;
}

bool ask_for(const std::string& name, output& out) {
    out.note(fmt::format("Type {} to delete it for good:", printable(name)));
    std::string typed;
    return static_cast<bool>(std::getline(std::cin, typed)) && typed == name;
}

void confirm(const guard_report& report, const guard_arguments& arguments, output& out) {
    for (const std::string& name : unconfirmed(report, arguments)) {
        if (isatty(STDIN_FILENO) == 1 && ask_for(name, out)) continue;
        throw error(error_code::refused, fmt::format("\"{}\" was not confirmed", name),
                    detail_of(report),
                    "With --force, type the name on the terminal, or give --confirm NAME.");
    }
}

[[noreturn]] void become(const std::vector<std::string>& command) {
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (const std::string& one : command) words.push_back(const_cast<char*>(one.c_str()));
    words.push_back(nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    execvp(words.front(), words.data());
    throw error(error_code::not_found, fmt::format("could not run \"{}\"", command.front()),
                std::strerror(errno));
}

void tell(const guard_report& report, output& out) {
    for (const std::string& one : report.notes) out.note("note: " + printable(one));
    for (const guard_loss& one : report.losses) out.text(printable_lines(lines_of(one)));
    for (const std::string& one : report.deleted)
        out.line(printable(one) + ": holds nothing of PostgreSQL");
}

// To standard error, so that the output of the command stays its own.
void tell_before_running(const guard_report& report, output& out) {
    for (const std::string& one : report.notes) out.note("note: " + printable(one));
    for (const guard_loss& one : report.losses) {
        std::string text = lines_of(one);
        text.pop_back();
        out.note(printable_lines(text));
    }
}

exit_status tell_only(const guard_report& report, const guard_arguments& arguments, output& out) {
    if (out.json()) {
        out.document(document_of(report, arguments.options.command, "none"));
    } else {
        tell(report, out);
        if (!report.why.empty()) out.line(printable(report.why));
        out.line(fmt::format("verdict: {}", to_string(report.verdict)));
    }
    return report.verdict == guard_verdict::passed ? exit_status::success : exit_status::refused;
}

std::vector<std::string> usual_repositories() {
    const char* listed = std::getenv("CHRONOS_REPOSITORY");
    std::istringstream in(listed == nullptr ? "" : listed);
    return {std::istream_iterator<std::string>(in), {}};
}

// One each of the databases that were named, into the repositories that were.
void take_snapshots(const guard_arguments& arguments, output& out) {
    snapshot_options options;
    options.repositories = arguments.options.repositories;
    options.warning = [&out](const std::string& text) { out.warning(text); };
    const interruption interrupted;
    options.stop = interrupted.token();
    for (const std::string& url : options.repositories) prepare_repository(url);
    for (const std::string& database : arguments.databases) {
        const bool name = database.find_first_of("=:/") == std::string::npos;
        const snapshot_result taken =
            take_snapshot(name ? "dbname=" + database : database, options);
        out.note(fmt::format("note: took snapshot {}", taken.id));
    }
}

guard_report judged(const guard_arguments& arguments, output& out) {
    guard_report report = judge_command(arguments.options);
    const bool wanted = !arguments.databases.empty() && !arguments.dry_run;
    if (report.verdict != guard_verdict::refused || !wanted) return report;
    take_snapshots(arguments, out);
    return judge_command(arguments.options);
}

exit_status run(const guard_arguments& given, output& out) {
    guard_arguments arguments = given;
    arguments.options.max_age = std::chrono::seconds(arguments.max_age);
    if (arguments.repositories.empty()) arguments.repositories = usual_repositories();
    for (const std::string& one : arguments.repositories)
        arguments.options.repositories.push_back(repository_url(one));
    if (!arguments.databases.empty() && arguments.options.repositories.empty()) {
        throw error(error_code::usage, "--snapshot needs a repository", {},
                    "Name one by --repository, on another device than the data.");
    }
    const guard_report report = judged(arguments, out);
    if (arguments.dry_run) return tell_only(report, arguments, out);
    const bool forced = arguments.force && report.verdict == guard_verdict::refused;
    if (report.verdict != guard_verdict::passed && out.json() && !forced)
        out.document(document_of(report, arguments.options.command, "refused"));
    if (report.verdict == guard_verdict::not_understood) {
        for (const std::string& one : report.notes) out.note("note: " + printable(one));
        throw error(error_code::refused,
                    fmt::format("cannot judge \"{}\", and did not run it",
                                fmt::join(arguments.options.command, " ")),
                    sentence(report.why), "If you know what it deletes, run it without the guard.");
    }
    if (report.verdict == guard_verdict::refused && !forced) {
        for (const std::string& one : report.notes) out.note("note: " + printable(one));
        throw refusal(report, arguments);
    }
    if (forced) confirm(report, arguments, out);
    tell_before_running(report, out);
    out.finish();
    become(arguments.options.command);
}

}  // namespace

void add_guard(verbs& all) {
    auto arguments = std::make_shared<guard_arguments>();
    CLI::App& verb =
        all.add("guard", "Run a command that deletes, if the databases in it can be had back",
                "  chronosctl guard --repository file:///backup/shop -- docker compose down -v\n"
                "  chronosctl guard --dry-run -- docker system prune --volumes\n"
                "  chronosctl guard --force --confirm shop_data -- docker volume rm shop_data\n\n"
                "The exit code is that of the command if it was run.\n",
                [arguments](output& out) { return run(*arguments, out); });
    verb.add_option("COMMAND", arguments->options.command,
                    "after --: the command and its arguments")
        ->required();
    verb.add_option("--repository", arguments->repositories,
                    "where snapshots are looked for; again for others (CHRONOS_REPOSITORY)")
        ->type_name("URL")
        ->allow_extra_args(false);
    add_duration_option(verb, "--max-age", arguments->max_age, "how old a snapshot may be (24h)");
    verb.add_flag("--same-device", arguments->options.same_device,
                  "a repository on the device of the data counts as well");
    verb.add_flag("--verify-data", arguments->options.read_objects,
                  "read and hash every object of the snapshots, not just their presence and size");
    verb.add_option("--snapshot", arguments->databases,
                    "take a snapshot of this database first if there is none that counts; again "
                    "for others")
        ->type_name("CONNINFO")
        ->allow_extra_args(false);
    verb.add_flag("--dry-run", arguments->dry_run, "only tell what would be deleted");
    verb.add_flag("--force", arguments->force, "let it pass, if its name is typed");
    verb.add_option("--confirm", arguments->confirmed, "with --force: the name; again for others")
        ->type_name("NAME")
        ->allow_extra_args(false);
}

}  // namespace chronos::ctl

// chronosctl restore: a snapshot, or tables of it, into a database.
#include "chronos/restore.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/error.hpp"
#include "ctl/between.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/interruption.hpp"
#include "ctl/json.hpp"
#include "ctl/phases.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/restore_engine.hpp"
#include "ctl/selector_options.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct restore_verb_options {
    selector_options selector;
    std::vector<std::string> repositories;
    std::string target;
    std::vector<std::string> tables;
    bool create = false;
    bool replace = false;
    bool compare = false;
    bool no_roles = false;
    bool no_refresh = false;
    std::optional<unsigned> jobs;
    bool engine = false;
    std::vector<std::string> next_snapshots;
    std::string id;
    std::string expected_version;
    bool refuse_functions = false;
};

restore_options engine_options(const restore_verb_options& options) {
    const auto selector = options.selector.chosen();
    if (!selector) {
        throw error(error_code::usage, "which snapshot to restore is not said", {},
                    "Give latest, an id or a label, or --before-version or --at.");
    }
    restore_options result;
    if (options.repositories.size() > 1 && !options.engine) {
        throw error(error_code::usage, "a snapshot is restored from one repository");
    }
    result.repository = repository_url(options.repositories.front());
    result.snapshot = *selector;
    result.target = connection_options{options.target, {}, {}, {}}.conninfo();
    if (options.create) result.mode = restore_target::create;
    if (options.replace) result.mode = restore_target::replace;
    result.tables = options.tables;
    result.compare = options.compare;
    result.roles = !options.no_roles;
    result.refresh = !options.no_refresh;
    if (options.jobs) result.jobs = *options.jobs;
    return result;
}

json document_of(const restore_result& result) {
    return {{"snapshot", result.snapshot},
            {"database", result.database},
            {"tables", result.tables},
            {"rows", result.rows},
            {"plain_bytes", result.plain_bytes},
            {"roles_created", result.roles_created},
            {"version", result.version ? json(*result.version) : json()},
            {"timeline", text_or_null(result.timeline)},
            {"compared", result.compared},
            {"seconds", result.seconds},
            {"warnings", result.warnings}};
}

std::string text_of(const restore_result& result) {
    std::string text =
        fmt::format("snapshot {} restored into database {}: {}, {}, {} in {}\n", result.snapshot,
                    printable(result.database), counted(result.tables, "table"),
                    counted(result.rows, "row"), human_bytes(result.plain_bytes),
                    human_duration(std::chrono::duration<double>(result.seconds)));
    if (result.version) {
        text += fmt::format("the schema is at version {} of a new timeline, {}\n", *result.version,
                            result.timeline);
    }
    if (result.compared) text += "read back: every table is equal to the snapshot\n";
    return text;
}

exit_status run(const restore_verb_options& options, output& out) {
    restore_options work = engine_options(options);
    if (options.engine) {
        work.run_functions = !options.refuse_functions;
        restore_errand errand{
            options.id, options.expected_version, options.repositories, {work.snapshot}};
        for (const auto& next : options.next_snapshots) {
            errand.snapshots.push_back(snapshot_selector::named(next));
        }
        return run_restore_engine(work, errand, out);
    }
    const interruption interrupted;
    work.stop = interrupted.token();
    progress_bar bar(out);
    work.progress = [&bar](const progress& progress) { show(bar, progress); };
    work.warning = [&out, &bar](const std::string& text) {
        bar.clear();
        out.warning(text);
    };
    const restore_result result = restore_snapshot(work);
    bar.clear();
    if (out.json()) {
        out.document(document_of(result));
    } else {
        out.text(text_of(result));
    }
    return exit_status::success;
}

void add_choices(CLI::App& verb, restore_verb_options& options) {
    auto* create =
        verb.add_flag("--create", options.create, "make the database; it must not exist");
    verb.add_flag("--replace", options.replace,
                  "restore beside an existing database and take its place at the end")
        ->excludes(create);
    verb.add_option("--table", options.tables, "only this table (NAME or SCHEMA.NAME); repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false);
    verb.add_flag("--compare", options.compare,
                  "read everything back and compare it with the snapshot");
    verb.add_flag("--no-roles", options.no_roles, "do not create missing roles");
    verb.add_flag("--no-refresh", options.no_refresh, "leave materialized views empty");
    verb.add_option("-j,--jobs", options.jobs, "connections that load")
        ->type_name("N")
        ->check(between(1, 256));
}

// What the server's worker calls; not for people, so not in --help.
void add_engine_options(CLI::App& verb, restore_verb_options& options) {
    auto* engine = verb.add_flag("--engine", options.engine)->group("");
    verb.add_option("--id", options.id)->group("")->needs(engine);
    verb.add_option("--next-snapshot", options.next_snapshots)
        ->group("")
        ->allow_extra_args(false)
        ->needs(engine);
    verb.add_option("--expect-version", options.expected_version)->group("")->needs(engine);
    verb.add_flag("--refuse-functions", options.refuse_functions)->group("")->needs(engine);
}

}  // namespace

void add_restore(verbs& all) {
    auto options = std::make_shared<restore_verb_options>();
    CLI::App& verb = all.add(
        "restore", "Restore a snapshot into an empty or new database",
        "  chronosctl restore latest --repository file:///backup/shop --to dbname=shop --create\n"
        "  chronosctl restore --before-version 42 --repository URL --to dbname=shop_old --create\n"
        "  chronosctl restore latest --repository URL --to dbname=shop --table public.orders\n",
        [options](output& out) { return run(*options, out); });
    options->selector.add_to(verb);
    verb.add_option("--repository", options->repositories, "where the snapshot is")
        ->type_name("URL")
        ->allow_extra_args(false)
        ->required();
    verb.add_option("--to", options->target, "the database to restore into, as -d elsewhere")
        ->type_name("CONNINFO")
        ->required();
    add_choices(verb, *options);
    add_engine_options(verb, *options);
}

}  // namespace chronos::ctl

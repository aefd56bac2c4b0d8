// chronosctl snapshot: by the server's worker, or from here.
#include "chronos/snapshot.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "ctl/between.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/engine.hpp"
#include "ctl/interruption.hpp"
#include "ctl/json.hpp"
#include "ctl/phases.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/server_run.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct snapshot_verb_options {
    connection_options target;
    std::vector<std::string> repositories;
    std::string label;
    std::optional<unsigned> jobs;
    bool no_roles = false;
    bool no_wait = false;
    bool full = false;
    bool portable = false;
    bool explain = false;
    bool engine = false;
    std::string id;
    std::string expected_version;
    std::string retention;
};

snapshot_options engine_options(const snapshot_verb_options& options) {
    snapshot_options result;
    for (const auto& text : options.repositories) {
        result.repositories.push_back(repository_url(text));
    }
    result.label = options.label;
    result.id = options.id;
    result.roles = !options.no_roles;
    result.full = options.full;
    result.portable = options.portable;
    if (options.jobs) result.jobs = *options.jobs;
    return result;
}

json document_of(const snapshot_result& result) {
    return {{"id", result.id},
            {"label", text_or_null(result.label)},
            {"state", "complete"},
            {"version", result.version ? json(*result.version) : json()},
            {"timeline", text_or_null(result.timeline)},
            {"fingerprint", text_or_null(result.fingerprint)},
            {"tables", result.tables},
            {"rows", result.rows},
            {"plain_bytes", result.plain_bytes},
            {"stored_bytes", result.stored_bytes},
            {"pieces", result.pieces},
            {"base", text_or_null(result.base)},
            {"full_reason", text_or_null(result.full_reason)},
            {"reused_pieces", result.reused_pieces},
            {"reused_bytes", result.reused_bytes},
            {"seconds", result.seconds},
            {"repositories", result.repositories},
            {"warnings", result.warnings}};
}

json explanation_of(const snapshot_result& result) {
    json list = json::array();
    for (const auto& one : result.explanation) {
        list.push_back({{"schema", one.schema},
                        {"name", one.name},
                        {"ranges", one.ranges},
                        {"reused", one.reused},
                        {"reason", text_or_null(one.reason)}});
    }
    return list;
}

void explain(const snapshot_result& result, output& out) {
    out.line(result.base.empty() ? "nothing was reused: " + result.full_reason
                                 : "built on snapshot " + result.base);
    table lines(
        {{"table"}, {"ranges", alignment::right}, {"reused", alignment::right}, {"why not all"}});
    for (const auto& one : result.explanation) {
        lines.add(
            {one.schema + "." + one.name, grouped(one.ranges), grouped(one.reused), one.reason});
    }
    out.text(lines.render(out.columns()));
}

// Of a snapshot_result as of a snapshot_run.
template <typename snapshot>
std::string text_of(const snapshot& result) {
    const std::string reused =
        result.reused_bytes == 0 ? "" : human_bytes(result.reused_bytes) + " reused, ";
    return fmt::format("snapshot {} complete: {}, {}, {} ({}{} stored) in {}", result.id,
                       counted(result.tables, "table"), counted(result.rows, "row"),
                       human_bytes(result.plain_bytes), reused, human_bytes(result.stored_bytes),
                       human_duration(std::chrono::duration<double>(result.seconds)));
}

exit_status run_here(const snapshot_verb_options& options, output& out) {
    snapshot_options work = engine_options(options);
    for (const std::string& url : work.repositories) prepare_repository(url);
    const interruption interrupted;
    work.stop = interrupted.token();
    progress_bar bar(out);
    work.progress = [&bar](const progress& progress) { show(bar, progress); };
    work.warning = [&bar, &out](const std::string& text) {
        bar.clear();
        out.warning(text);
    };
    const snapshot_result result = take_snapshot(options.target.conninfo(), work);
    bar.clear();
    if (out.json()) {
        json document = document_of(result);
        if (options.explain) document["explanation"] = explanation_of(result);
        out.document(document);
        return exit_status::success;
    }
    out.line(text_of(result));
    if (options.explain) explain(result, out);
    return exit_status::success;
}

exit_status run_there(const snapshot_verb_options& options, output& out) {
    if (options.jobs || options.no_roles) {
        throw error(error_code::usage, "--jobs and --no-roles need --repository", {},
                    "The server's own snapshots follow its setting chronos.snapshot_jobs.");
    }
    if (options.full || options.portable || options.explain) {
        throw error(error_code::usage, "--full, --portable and --explain need --repository");
    }
    connection database(options.target.conninfo());
    if (options.no_wait) {
        const std::string id = request_snapshot(database, options.label);
        if (out.json()) {
            out.document({{"id", id}, {"state", "running"}});
        } else {
            out.line(id);
        }
        return exit_status::success;
    }
    const snapshot_run run = run_on_server(database, options.label, out);
    if (out.json()) {
        out.document(to_json(run));
    } else {
        out.line(text_of(run));
    }
    return exit_status::success;
}

exit_status run(const snapshot_verb_options& options, output& out) {
    if (options.engine) {
        return run_engine(engine_options(options), options.expected_version, options.retention,
                          out);
    }
    if (!options.repositories.empty() && options.no_wait) {
        throw error(error_code::usage, "--no-wait is for snapshots that the server takes", {},
                    "Leave out --repository, or --no-wait.");
    }
    return options.repositories.empty() ? run_there(options, out) : run_here(options, out);
}

// What the server's worker calls; not for people, so not in --help.
void add_engine_options(CLI::App& verb, snapshot_verb_options& options) {
    auto* engine = verb.add_flag("--engine", options.engine)->group("");
    verb.add_option("--id", options.id)->group("")->needs(engine);
    verb.add_option("--expect-version", options.expected_version)->group("")->needs(engine);
    verb.add_option("--retention", options.retention)->group("")->needs(engine);
}

}  // namespace

void add_snapshot(verbs& all) {
    auto options = std::make_shared<snapshot_verb_options>();
    CLI::App& verb = all.add(
        "snapshot", "Take a snapshot: by the server's worker, or from here with --repository",
        "  chronosctl snapshot -d shop --label 'before the upgrade'\n"
        "  chronosctl snapshot -d \"$DATABASE_URL\" --repository file:///backup/shop --jobs 4\n",
        [options](output& out) { return run(*options, out); });
    options->target.add_to(verb);
    verb.add_option("--repository", options->repositories,
                    "copy the database there from this machine; repeatable: into each")
        ->type_name("URL")
        ->allow_extra_args(false);
    verb.add_option("--label", options->label, "a name for the snapshot")->type_name("TEXT");
    verb.add_option("-j,--jobs", options->jobs, "connections that read (with --repository)")
        ->type_name("N")
        ->check(between(1, 256));
    verb.add_flag("--no-roles", options->no_roles, "leave out roles (with --repository)");
    auto* full = verb.add_flag("--full", options->full,
                               "read every row, also what did not change (with --repository)");
    verb.add_flag("--portable", options->portable,
                  "use nothing of the extension in the database (with --repository)")
        ->excludes(full);
    verb.add_flag("--explain", options->explain,
                  "say what was reused of each table, and why not all (with --repository)");
    verb.add_flag("--no-wait", options->no_wait, "print the id and do not wait for the server");
    add_engine_options(verb, *options);
}

}  // namespace chronos::ctl

// chronosctl drill: a snapshot restored on trial.
#include "chronos/drill.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/server_snapshots.hpp"
#include "ctl/between.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/interruption.hpp"
#include "ctl/json.hpp"
#include "ctl/phases.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/selector_options.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct drill_arguments {
    connection_options target;
    selector_options selector;
    std::string repository;
    std::string server;
    bool roles = false;
    bool no_indexes = false;
    bool no_record = false;
    std::optional<unsigned> jobs;
};

std::string first_repository(connection& database) {
    const auto known = known_repositories(database);
    if (!known.empty()) return known.front().url;
    throw error(error_code::not_found, "the database knows no repository", {},
                "Give one: --repository URL.");
}

json document_of(const drill_report& report, bool recorded) {
    return {{"passed", report.passed()},
            {"snapshot", report.snapshot},
            {"repository", report.repository},
            {"database", report.database},
            {"started_at", to_string(report.started_at)},
            {"tables", report.tables},
            {"rows", report.rows},
            {"plain_bytes", report.plain_bytes},
            {"indexes", report.indexes},
            {"restore_seconds", report.restore_seconds},
            {"seconds", report.seconds},
            {"problems", report.problems},
            {"recorded", recorded}};
}

void print(const drill_report& report, output& out) {
    const auto time = [](double seconds) {
        return human_duration(std::chrono::duration<double>(seconds));
    };
    for (const std::string& problem : report.problems)
        out.line(fmt::format("{}  {}", out.bad("problem"), printable(problem)));
    out.line(fmt::format(
        "{}: snapshot {} of database {}: {}, {}, {} restored in {} and compared, {} checked, {} in "
        "all",
        report.passed() ? out.good("passed") : out.bad("failed"), report.snapshot,
        printable(report.database), counted(report.tables, "table"), counted(report.rows, "row"),
        human_bytes(report.plain_bytes), time(report.restore_seconds),
        report.indexes == 1 ? "1 index" : grouped(report.indexes) + " indexes",
        time(report.seconds)));
}

drill_report perform(const drill_arguments& arguments, connection* database, output& out) {
    const interruption interrupted;
    progress_bar bar(out);
    drill_options options;
    options.repository = arguments.repository.empty() ? first_repository(*database)
                                                      : repository_url(arguments.repository);
    options.snapshot = arguments.selector.chosen().value_or(snapshot_selector::latest());
    if (database != nullptr && arguments.selector.database.empty())
        options.snapshot = options.snapshot.of_database(database->database());
    options.server = arguments.server.empty()
                         ? arguments.target.conninfo()
                         : connection_options{arguments.server, {}, {}, {}}.conninfo();
    options.roles = arguments.roles;
    options.indexes = !arguments.no_indexes;
    if (arguments.jobs) options.jobs = *arguments.jobs;
    options.stop = interrupted.token();
    options.progress = [&bar](const progress& progress) { show(bar, progress); };
    options.warning = [&out, &bar](const std::string& text) {
        bar.clear();
        out.warning(text);
    };
    drill_report report = drill_snapshot(options);
    bar.clear();
    return report;
}

exit_status run(const drill_arguments& arguments, output& out) {
    // Without -d nothing is recorded: what is restored may be of a database that is gone.
    std::unique_ptr<connection> database;
    if (!arguments.target.database.empty() || arguments.repository.empty())
        database = std::make_unique<connection>(arguments.target.conninfo());
    const drill_report report = perform(arguments, database.get(), out);
    const bool recorded =
        database != nullptr && !arguments.no_record && report.database == database->database();
    if (recorded) record_drill(*database, report);
    if (out.json()) {
        out.document(document_of(report, recorded));
    } else {
        print(report, out);
    }
    return report.passed() ? exit_status::success : exit_status::damage;
}

}  // namespace

void add_drill(verbs& all) {
    auto arguments = std::make_shared<drill_arguments>();
    CLI::App& verb = all.add(
        "drill", "Restore a snapshot on trial: into a scratch database, compare, check, drop",
        "  chronosctl drill -d shop                          # the newest, on the same server\n"
        "  chronosctl drill -d shop --server 'host=standby2 dbname=postgres'\n"
        "  chronosctl drill latest --repository file:///backup/shop --server dbname=postgres\n",
        [arguments](output& out) { return run(*arguments, out); });
    arguments->selector.add_to(verb);
    arguments->target.add_to(verb);
    verb.add_option("--repository", arguments->repository,
                    "where the snapshot is (default: the first that the database knows)")
        ->type_name("URL");
    verb.add_option("--server", arguments->server,
                    "where it takes place (default: where -d says), as -d")
        ->type_name("CONNINFO");
    verb.add_flag("--roles", arguments->roles, "create roles that are missing there");
    verb.add_flag("--no-indexes", arguments->no_indexes, "do not check indexes");
    verb.add_flag("--no-record", arguments->no_record, "do not record it in the database");
    verb.add_option("-j,--jobs", arguments->jobs, "connections that load and compare")
        ->type_name("N")
        ->check(between(1, 256));
}

}  // namespace chronos::ctl

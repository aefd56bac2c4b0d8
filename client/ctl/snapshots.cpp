// chronosctl snapshots: what a repository holds, or what the server took.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/repository.hpp"
#include "ctl/between.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/json.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct snapshots_options {
    connection_options target;
    std::string repository;
    std::size_t limit = 0;
};

template <typename snapshot>
json list_of(const std::vector<snapshot>& snapshots) {
    json list = json::array();
    for (const auto& one : snapshots) list.push_back(to_json(one));
    return list;
}

std::string version_text(const std::optional<std::int64_t>& version) {
    return version ? std::to_string(*version) : "-";
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
    return part == 0 ? "-" : fmt::format("{} %", part * 100 / std::max<std::uint64_t>(1, whole));
}

std::string lines_of(const std::vector<snapshot_summary>& snapshots, std::size_t columns) {
    table lines({{"id"},
                 {"time"},
                 {"database"},
                 {"version", alignment::right},
                 {"tables", alignment::right},
                 {"rows", alignment::right},
                 {"size", alignment::right},
                 {"reused", alignment::right},
                 {"stored", alignment::right},
                 {"label"}});
    for (const snapshot_summary& one : snapshots) {
        if (!one.damage.empty()) {
            lines.add({one.id, "damaged", "", "", "", "", "", "", "", one.damage});
            continue;
        }
        lines.add({one.id, local_time(one.created_at), one.database, version_text(one.version),
                   grouped(one.tables), grouped(one.rows), human_bytes(one.plain_bytes),
                   share_text(one.reused_bytes, one.plain_bytes), human_bytes(one.stored_bytes),
                   one.label});
    }
    return lines.render(columns);
}

std::string lines_of(const std::vector<snapshot_run>& runs, std::size_t columns) {
    table lines({{"id"},
                 {"state"},
                 {"started"},
                 {"version", alignment::right},
                 {"tables", alignment::right},
                 {"rows", alignment::right},
                 {"size", alignment::right},
                 {"reused", alignment::right},
                 {"took", alignment::right},
                 {"label or error"}});
    for (const snapshot_run& one : runs) {
        const bool complete = one.state == run_state::complete;
        lines.add({one.id, std::string(to_string(one.state)), local_time(one.started_at),
                   version_text(one.version), complete ? grouped(one.tables) : "-",
                   complete ? grouped(one.rows) : "-",
                   complete ? human_bytes(one.plain_bytes) : "-",
                   complete ? share_text(one.reused_bytes, one.plain_bytes) : "-",
                   complete ? human_duration(std::chrono::duration<double>(one.seconds)) : "-",
                   one.state == run_state::failed ? one.message : one.label});
    }
    return lines.render(columns);
}

template <typename snapshot>
void print(const std::vector<snapshot>& snapshots, output& out) {
    if (out.json()) {
        out.document(list_of(snapshots));
    } else if (snapshots.empty()) {
        out.line("no snapshots");
    } else {
        out.text(lines_of(snapshots, out.columns()));
    }
}

exit_status run(const snapshots_options& options, output& out) {
    if (options.repository.empty()) {
        connection database(options.target.conninfo());
        print(snapshot_runs(database, options.limit), out);
        return exit_status::success;
    }
    auto snapshots = repository::open(repository_url(options.repository)).snapshots();
    std::reverse(snapshots.begin(), snapshots.end());
    if (options.limit > 0 && snapshots.size() > options.limit) snapshots.resize(options.limit);
    print(snapshots, out);
    return exit_status::success;
}

}  // namespace

void add_snapshots(verbs& all) {
    auto options = std::make_shared<snapshots_options>();
    CLI::App& verb = all.add(
        "snapshots", "List snapshots, newest first: of a repository, or as the server took them",
        "  chronosctl snapshots --repository file:///backup/shop\n"
        "  chronosctl snapshots -d shop --limit 10\n",
        [options](output& out) { return run(*options, out); });
    verb.add_option("--repository", options->repository, "list what it holds; no server is asked")
        ->type_name("URL");
    verb.add_option("-n,--limit", options->limit, "only so many of the newest")
        ->type_name("N")
        ->check(between(1, 1'000'000'000));
    options->target.add_to(verb);
}

}  // namespace chronos::ctl

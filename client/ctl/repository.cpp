// chronosctl repository: init, list, check, sweep, add, remove.
#include "chronos/repository.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/duration_option.hpp"
#include "ctl/json.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"
#include "ctl/verification.hpp"

namespace chronos::ctl {

namespace {

struct repository_options {
    connection_options target;
    std::string name;
    std::string url;
    verification what;
    std::int64_t grace = 86400;
};

exit_status run_init(const repository_options& options, output& out) {
    const auto made = repository::init(repository_url(options.url));
    if (out.json()) {
        out.document({{"url", made.url()}, {"id", made.id()}});
    } else {
        out.line(fmt::format("repository {} at {}", made.id(), printable(made.url())));
    }
    return exit_status::success;
}

exit_status list_one(const std::string& url, output& out) {
    const auto from = repository::open(repository_url(url));
    const auto snapshots = from.snapshots();
    const std::string newest = snapshots.empty() ? "" : snapshots.back().id;
    if (out.json()) {
        out.document({{"url", from.url()},
                      {"id", from.id()},
                      {"snapshots", snapshots.size()},
                      {"newest", text_or_null(newest)}});
        return exit_status::success;
    }
    field_list fields;
    fields.add("url", from.url());
    fields.add("id", from.id());
    fields.add("snapshots", grouped(snapshots.size()));
    fields.add("newest", newest.empty() ? "none" : newest);
    out.text(fields.render());
    return exit_status::success;
}

exit_status run_list(const repository_options& options, output& out) {
    if (!options.url.empty()) return list_one(options.url, out);
    connection database(options.target.conninfo());
    const auto known = known_repositories(database);
    if (out.json()) {
        json list = json::array();
        for (const auto& one : known) list.push_back(to_json(one));
        out.document(list);
        return exit_status::success;
    }
    table lines({{"name"}, {"url"}, {"added"}});
    for (const auto& one : known) lines.add({one.name, one.url, local_time(one.created_at)});
    out.text(known.empty() ? "no repositories\n" : lines.render(out.columns()));
    return exit_status::success;
}

exit_status run_check(const repository_options& options, output& out) {
    verification what = options.what;
    what.repository = options.url;
    return run_verification(what, out);
}

exit_status run_sweep(const repository_options& options, output& out) {
    const sweep_report report =
        repository::open(repository_url(options.url)).sweep(std::chrono::seconds(options.grace));
    if (out.json()) {
        out.document({{"snapshots", report.snapshots},
                      {"objects", report.objects},
                      {"bytes", report.bytes}});
    } else {
        out.line(fmt::format("{} and {} removed, {} given back",
                             counted(report.snapshots, "forgotten snapshot"),
                             counted(report.objects, "object"), human_bytes(report.bytes)));
    }
    return exit_status::success;
}

exit_status run_add(const repository_options& options, output& out) {
    connection database(options.target.conninfo());
    const std::string url = repository_url(options.url);
    const bool added = add_repository(database, options.name, url);
    if (out.json()) {
        out.document({{"name", options.name}, {"url", url}, {"added", added}});
    } else {
        out.line(fmt::format("repository {} {}: {}", printable(options.name),
                             added ? "added" : "was there already", printable(url)));
    }
    return exit_status::success;
}

exit_status run_remove(const repository_options& options, output& out) {
    connection database(options.target.conninfo());
    remove_repository(database, options.name);
    if (out.json()) {
        out.document({{"name", options.name}, {"removed", true}});
    } else {
        out.line(fmt::format("repository {} removed; what it holds stays where it is",
                             printable(options.name)));
    }
    return exit_status::success;
}

using shared_options = std::shared_ptr<repository_options>;

void add_offline(verbs& all, CLI::App& group, const shared_options& options) {
    CLI::App& init = all.add_below(group, "init", "Make a repository in a new or empty directory",
                                   "  chronosctl repository init file:///backup/shop\n",
                                   [options](output& out) { return run_init(*options, out); });
    init.add_option("URL", options->url, "where to make it")->required();

    CLI::App& check = all.add_below(group, "check", "Tell whether a repository is undamaged",
                                    "  chronosctl repository check --data file:///backup/shop\n",
                                    [options](output& out) { return run_check(*options, out); });
    check.add_option("URL", options->url, "the repository")->required();
    check.add_flag("--data", options->what.data, "read, decompress and hash every object");

    CLI::App& sweep = all.add_below(
        group, "sweep", "Remove forgotten snapshots, and what interrupted ones left behind",
        "  chronosctl repository sweep file:///backup/shop --grace 7d\n",
        [options](output& out) { return run_sweep(*options, out); });
    sweep.add_option("URL", options->url, "the repository")->required();
    add_duration_option(sweep, "--grace", options->grace,
                        "those forgotten longer ago than this (default: 1d)");
}

void add_online(verbs& all, CLI::App& group, const shared_options& options) {
    CLI::App& list =
        all.add_below(group, "list", "List the repositories of a database, or describe one",
                      "  chronosctl repository list -d shop\n"
                      "  chronosctl repository list file:///backup/shop\n",
                      [options](output& out) { return run_list(*options, out); });
    list.add_option("URL", options->url, "describe this one; no server is asked");
    options->target.add_to(list);

    CLI::App& add = all.add_below(group, "add", "Have the server write its snapshots there",
                                  "  chronosctl repository add main file:///backup/shop -d shop\n",
                                  [options](output& out) { return run_add(*options, out); });
    add.add_option("NAME", options->name, "a name of your choice")->required();
    add.add_option("URL", options->url, "as the server's machine sees it")->required();
    options->target.add_to(add);

    CLI::App& remove =
        all.add_below(group, "remove", "Have the server write no more snapshots there",
                      "  chronosctl repository remove main -d shop\n",
                      [options](output& out) { return run_remove(*options, out); });
    remove.add_option("NAME", options->name, "as `repository list` shows it")->required();
    options->target.add_to(remove);
}

}  // namespace

void add_repository(verbs& all) {
    auto options = std::make_shared<repository_options>();
    CLI::App& group = all.add_group("repository", "Make, check and register places for snapshots");
    add_offline(all, group, options);
    add_online(all, group, options);
}

}  // namespace chronos::ctl

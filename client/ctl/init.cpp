// chronosctl init: the extension and, if wanted, a repository.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/json.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct init_options {
    connection_options target;
    std::vector<std::string> repositories;
};

exit_status run(const init_options& options, output& out) {
    std::vector<named_repository> wanted;
    for (const auto& text : options.repositories) wanted.push_back(parse_named_repository(text));

    connection database(options.target.conninfo());
    const bool created = install_extension(database);
    const schema_version version = current_version(database);
    json repositories = json::array();
    std::string lines;
    for (const named_repository& one : wanted) {
        const bool added = add_repository(database, one.name, one.url);
        repositories.push_back({{"name", one.name}, {"url", one.url}, {"added", added}});
        lines += fmt::format("repository {} {}: {}\n", printable(one.name),
                             added ? "added" : "was there already", printable(one.url));
    }
    if (out.json()) {
        out.document({{"database", database.database()},
                      {"created", created},
                      {"version", version.number},
                      {"repositories", repositories}});
        return exit_status::success;
    }
    out.line(fmt::format("extension chronos {} database {}; its schema is at {}",
                         created ? "created in" : "was there already in",
                         printable(database.database()), version));
    out.text(lines);
    return exit_status::success;
}

}  // namespace

void add_init(verbs& all) {
    auto options = std::make_shared<init_options>();
    CLI::App& verb =
        all.add("init", "Create the extension in a database and tell it where snapshots go",
                "  chronosctl init -d shop\n"
                "  chronosctl init -d shop --repository main=file:///backup/shop\n",
                [options](output& out) { return run(*options, out); });
    options->target.add_to(verb);
    verb.add_option("--repository", options->repositories,
                    "add this repository to the database; NAME is \"main\" if left out; repeatable")
        ->type_name("[NAME=]URL")
        ->allow_extra_args(false);
}

}  // namespace chronos::ctl

// chronosctl diff: what differs between two states of the schema.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/diff.hpp"
#include "ctl/colour_option.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/difference.hpp"
#include "ctl/json.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct diff_options {
    connection_options target;
    std::string from = "current";
    std::string to = "live";
    std::string colour = "auto";
    bool stat = false;
    bool names = false;
    bool exit_code = false;
};

void print(const diff_options& options, const std::vector<object_difference>& found, output& out) {
    if (out.json()) {
        json list = json::array();
        for (const object_difference& one : found) list.push_back(to_json(one));
        out.document({{"from", options.from}, {"to", options.to}, {"differences", list}});
    } else if (options.names) {
        out.text(names(found));
    } else if (options.stat) {
        if (!found.empty()) out.text(statistics(found, out.columns(), out));
    } else {
        for (const object_difference& one : found) out.text(unified(one, out));
    }
}

exit_status run(const diff_options& options, output& out) {
    out.colours(options.colour);
    connection database(options.target.conninfo());
    const auto found = diff(database, options.from, options.to);
    print(options, found, out);
    return options.exit_code && !found.empty() ? exit_status::failure : exit_status::success;
}

}  // namespace

void add_diff(verbs& all) {
    auto options = std::make_shared<diff_options>();
    CLI::App& verb =
        all.add("diff", "Show what differs between two states of the schema",
                "  chronosctl diff -d shop                      # what no version has yet\n"
                "  chronosctl diff 3 -d shop                    # since version 3\n"
                "  chronosctl diff 'release 1.0' current --stat -d shop\n",
                [options](output& out) { return run(*options, out); });
    verb.add_option("FROM", options->from,
                    "number, label, time, current or live; default: current");
    verb.add_option("TO", options->to, "the same; default: live, the catalogue as it is now");
    options->target.add_to(verb);
    auto* stat = verb.add_flag("--stat", options->stat, "lines added and removed of each object");
    verb.add_flag("--names", options->names, "the names of the objects alone")->excludes(stat);
    verb.add_flag("--exit-code", options->exit_code, "exit with 1 if there is a difference");
    add_colour_option(verb, options->colour);
}

}  // namespace chronos::ctl

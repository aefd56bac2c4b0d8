// chronosctl blame: who last changed each part of a relation.
#include "chronos/blame.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/json.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct blame_options {
    connection_options target;
    std::string relation;
    std::string version = "current";
};

json document_of(const std::vector<blame_line>& lines) {
    json list = json::array();
    for (const blame_line& one : lines) {
        list.push_back({{"part", one.part},
                        {"version", one.version},
                        {"committed_at", to_string(one.committed_at)},
                        {"role", text_or_null(one.role)},
                        {"statements", one.statements}});
    }
    return list;
}

std::string text_of(const std::vector<blame_line>& lines, std::size_t columns) {
    table text({{"version", alignment::right}, {"time"}, {"role"}, {"part"}, {"statement"}});
    for (const blame_line& one : lines) {
        text.add({std::to_string(one.version), local_time(one.committed_at), one.role, one.part,
                  one.statements.empty() ? "" : one_line(one.statements.front())});
    }
    return text.render(columns);
}

exit_status run(const blame_options& options, output& out) {
    connection database(options.target.conninfo());
    const auto lines = blame(database, options.relation, options.version);
    if (out.json()) {
        out.document(document_of(lines));
    } else {
        out.text(text_of(lines, out.columns()));
    }
    return exit_status::success;
}

}  // namespace

void add_blame(verbs& all) {
    auto options = std::make_shared<blame_options>();
    CLI::App& verb =
        all.add("blame", "Tell who last changed each part of a table or another relation",
                "  chronosctl blame public.orders -d shop\n"
                "  chronosctl blame public.orders 'release 1.0' -d shop --json\n",
                [options](output& out) { return run(*options, out); });
    verb.add_option("RELATION", options->relation, "table, view or another relation")->required();
    verb.add_option("VERSION", options->version,
                    "as it was then: number, label or time; default: the current version");
    options->target.add_to(verb);
}

}  // namespace chronos::ctl

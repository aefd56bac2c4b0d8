// chronosctl plan: the statements that lead from one state of the schema to another.
#include "chronos/plan.hpp"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/json.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct plan_options {
    connection_options target;
    std::string from;
    std::string to;
    bool column_order = false;
};

struct stakes {
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::size_t destroying = 0;
    std::size_t alone = 0;
};

bool has(const plan_step& step, std::string_view hazard) {
    return std::find(step.hazards.begin(), step.hazards.end(), hazard) != step.hazards.end();
}

stakes sum(const std::vector<plan_step>& steps) {
    stakes all;
    for (const plan_step& step : steps) {
        if (!step.transactional) ++all.alone;
        if (!has(step, "data_loss")) continue;
        ++all.destroying;
        all.rows += step.rows_at_stake.value_or(0);
        all.bytes += step.bytes_at_stake.value_or(0);
    }
    return all;
}

json document_of(const plan_options& options, const std::vector<plan_step>& steps) {
    const stakes all = sum(steps);
    json list = json::array();
    for (const plan_step& step : steps) list.push_back(to_json(step));
    return {{"from", options.from},
            {"to", options.to},
            {"steps", list},
            {"destroying_steps", all.destroying},
            {"rows_at_stake", all.rows},
            {"bytes_at_stake", all.bytes}};
}

std::string summary(const std::vector<plan_step>& steps) {
    const stakes all = sum(steps);
    std::string text = fmt::format("\n-- {}", counted(steps.size(), "step"));
    if (all.destroying > 0) {
        text += fmt::format("; data is destroyed by {}: {}, {} at stake now", all.destroying,
                            counted(static_cast<std::uint64_t>(all.rows), "row"),
                            human_bytes(static_cast<std::uint64_t>(all.bytes)));
    } else {
        text += "; no data is destroyed";
    }
    if (all.alone > 0) text += fmt::format("; {} cannot run in a transaction", all.alone);
    return text + '\n';
}

exit_status run(const plan_options& options, output& out) {
    connection database(options.target.conninfo());
    const auto steps = plan(database, options.from, options.to,
                            options.column_order ? column_order::restore : column_order::append);
    if (out.json()) {
        out.document(document_of(options, steps));
    } else if (steps.empty()) {
        out.line("-- nothing to do: there is no difference");
    } else {
        out.text(printable(fmt::format("-- From {} to {}.", options.from, options.to)) + '\n' +
                 script_of(steps) + summary(steps));
    }
    return exit_status::success;
}

}  // namespace

void add_plan(verbs& all) {
    auto options = std::make_shared<plan_options>();
    CLI::App& verb =
        all.add("plan", "Print the SQL that leads from one state of the schema to another",
                "  chronosctl plan current 'release 1.0' -d shop > back.sql\n"
                "  chronosctl plan live current -d shop | psql -d shop -v ON_ERROR_STOP=1\n"
                "  chronosctl plan 3 5 -d shop --json | jq '.steps[].hazards'\n",
                [options](output& out) { return run(*options, out); });
    verb.add_option("FROM", options->from, "number, label, time, current or live")->required();
    verb.add_option("TO", options->to, "the same")->required();
    verb.add_flag("--column-order", options->column_order,
                  "make a table anew where its columns would stand in another order");
    options->target.add_to(verb);
}

}  // namespace chronos::ctl

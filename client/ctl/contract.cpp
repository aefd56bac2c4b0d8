// chronosctl contract: make, check.
#include "chronos/contract.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/contract_file.hpp"
#include "ctl/json.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct contract_options {
    connection_options target;
    contract_scope scope;
    std::string path;
};

exit_status run_make(const contract_options& options, output& out) {
    connection database(options.target.conninfo());
    out.line(make_contract(database, options.scope).json());
    return exit_status::success;
}

json to_json(const contract_breach& breach) {
    return {{"problem", breach.problem},
            {"kind", breach.kind},
            {"identity", breach.identity},
            {"part", text_or_null(breach.part)},
            {"wanted", text_or_null(breach.wanted)},
            {"present", text_or_null(breach.present)},
            {"since", breach.since == 0 ? json() : json(breach.since)},
            {"role", text_or_null(breach.role)},
            {"committed_at", breach.committed_at ? json(to_string(*breach.committed_at)) : json()},
            {"message", breach.message}};
}

std::string text_of(const std::vector<contract_breach>& breaches, std::size_t columns) {
    table text({{"since", alignment::right}, {"time"}, {"role"}, {"what is missing"}});
    for (const contract_breach& one : breaches) {
        text.add({one.since == 0 ? "" : std::to_string(one.since),
                  one.committed_at ? local_time(*one.committed_at) : "", one.role, one.message});
    }
    return text.render(columns);
}

exit_status run_check(const contract_options& options, output& out) {
    const contract wanted = read_contract(options.path);
    connection database(options.target.conninfo());
    const auto breaches = contract_breaches(database, wanted);
    if (out.json()) {
        json list = json::array();
        for (const contract_breach& one : breaches) list.push_back(to_json(one));
        out.document({{"satisfied", breaches.empty()}, {"breaches", list}});
    } else if (breaches.empty()) {
        out.line("the contract is kept");
    } else {
        out.text(text_of(breaches, out.columns()));
    }
    return breaches.empty() ? exit_status::success : exit_status::failure;
}

void add_make(verbs& all, CLI::App& group) {
    auto options = std::make_shared<contract_options>();
    CLI::App& verb = all.add_below(
        group, "make", "Write a contract from the schema as it is, to standard output",
        "  chronosctl contract make -d shop --tables 'public.*' --role shop_app > contract.json\n",
        [options](output& out) { return run_make(*options, out); });
    options->target.add_to(verb);
    contract_scope& scope = options->scope;
    verb.add_option("--tables", scope.tables, "tables and views: NAME or SCHEMA.*")
        ->type_name("NAME");
    verb.add_option("--functions", scope.functions, "functions: NAME(TYPES), NAME or SCHEMA.*")
        ->type_name("NAME");
    verb.add_option("--role", scope.role, "ask also for the privileges that this role has");
    verb.add_option("--name", scope.name, "what messages call it");
}

void add_contract_check(verbs& all, CLI::App& group) {
    auto options = std::make_shared<contract_options>();
    CLI::App& verb = all.add_below(
        group, "check", "Tell all that the schema lacks of a contract, since when and by whom",
        "  chronosctl contract check contract.json -d shop -U shop_app\n",
        [options](output& out) { return run_check(*options, out); });
    verb.add_option("FILE", options->path, "the contract; -: standard input")->required();
    options->target.add_to(verb);
}

}  // namespace

void add_contract(verbs& all) {
    CLI::App& group = all.add_group("contract", "What an application uses of the schema");
    add_make(all, group);
    add_contract_check(all, group);
}

}  // namespace chronos::ctl

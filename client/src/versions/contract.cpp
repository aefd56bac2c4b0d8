#include "chronos/contract.hpp"

#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"
#include "versions/version_query.hpp"

namespace chronos {

namespace {

using internal::value;

// The server says so of a contract of the wrong form.
constexpr std::string_view kInvalid = "22023";

internal::rows ask_about(connection& database, std::string_view sql,
                         const std::vector<value>& parameters) {
    try {
        return internal::ask(database.internal_session(), sql, parameters);
    } catch (const internal::server_error& failure) {
        if (failure.sqlstate() != kInvalid) throw;
        throw error(error_code::usage, failure.what(), failure.detail(), failure.hint());
    }
}

value or_null(const std::string& text) { return text.empty() ? value() : value(text); }

}  // namespace

contract::contract(std::string_view json) : json_(json) {
    nlohmann::json parsed;
    try {
        parsed = nlohmann::json::parse(json);
    } catch (const nlohmann::json::exception& failure) {
        throw error(error_code::usage, "the contract is not valid JSON", failure.what());
    }
    if (!parsed.is_object()) throw error(error_code::usage, "the contract has to be a JSON object");
    if (const auto found = parsed.find("name"); found != parsed.end() && found->is_string()) {
        name_ = found->get<std::string>();
    }
}

schema_version require_contract(connection& database, const contract& wanted) {
    return internal::version_of(
        ask_about(database,
                  fmt::format("SELECT {} FROM chronos.require_contract($1::jsonb) AS kept"
                              " LEFT JOIN chronos.head() AS v ON true",
                              internal::kVersionColumns),
                  {wanted.json()})
            .at(0));
}

std::vector<contract_breach> contract_breaches(connection& database, const contract& wanted) {
    std::vector<contract_breach> breaches;
    for (const auto& one : ask_about(
             database,
             "SELECT b.problem, b.kind, b.identity, b.part, b.wanted, b.present, b.since, b.role,"
             " (extract(epoch FROM b.committed_at) * 1000000)::bigint, b.message"
             " FROM chronos.contract_breaches($1::jsonb) AS b",
             {wanted.json()})) {
        breaches.push_back({one.text(0), one.text(1), one.text(2), one.text(3), one.text(4),
                            one.text(5), one.number(6), one.text(7),
                            internal::moment_or_none(one, 8), one.text(9)});
    }
    return breaches;
}

contract make_contract(connection& database, const contract_scope& scope) {
    return contract(ask_about(database,
                              "SELECT pg_catalog.jsonb_pretty(chronos.make_contract("
                              "ARRAY(SELECT pg_catalog.jsonb_array_elements_text($1::jsonb)),"
                              " ARRAY(SELECT pg_catalog.jsonb_array_elements_text($2::jsonb)),"
                              " $3::name, $4::text))",
                              {internal::json_of(scope.tables), internal::json_of(scope.functions),
                               or_null(scope.role), or_null(scope.name)})
                        .at(0)
                        .text(0));
}

}  // namespace chronos

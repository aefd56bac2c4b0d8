#include "chronos/check.hpp"

#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "core/version_constraint.hpp"
#include "versions/diagnosis.hpp"
#include "versions/version_query.hpp"

namespace chronos {

namespace {

// Where the labels that the constraint may mean stand, as {"name": number}.
constexpr std::string_view kLabels =
    "(SELECT pg_catalog.json_object_agg(x.name, x.number) FROM ("
    " SELECT w.name, chronos.labelled_version(w.name) AS number"
    " FROM pg_catalog.jsonb_array_elements_text($1::jsonb) AS w(name)) AS x"
    " WHERE x.number IS NOT NULL)";

core::version_constraint parsed(std::string_view text) {
    try {
        return core::version_constraint::parse(text);
    } catch (const core::constraint_error& wrong) {
        throw error(error_code::usage, wrong.what(), {},
                    "A requirement looks like '>=42', '>=42 <50', a label or a fingerprint.");
    }
}

std::string label_names(const core::version_constraint& constraint) {
    auto names = nlohmann::json::array();
    for (const core::version_term& term : constraint.terms()) {
        if (term.may_be_label) names.push_back(term.name);
    }
    return names.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

core::schema_state state_of(const schema_version& version, const std::string& labels) {
    core::schema_state state;
    state.number = version.number;
    if (version.number > 0) state.fingerprint = version.fingerprint.hex();
    state.version_of_label = [known = nlohmann::json::parse(labels, nullptr, false)](
                                 std::string_view name) -> std::optional<std::int64_t> {
        if (!known.is_object()) return std::nullopt;
        const auto found = known.find(std::string(name));
        if (found == known.end()) return std::nullopt;
        return found->get<std::int64_t>();
    };
    return state;
}

[[noreturn]] void throw_unsatisfied(const schema_version& version, const std::string& required,
                                    const core::version_constraint& constraint,
                                    const core::schema_state& state) {
    std::string hint =
        "Migrate the database, or run a release of the application that was built for this schema.";
    if (const auto unknown = constraint.unknown_label(state)) {
        hint = fmt::format(
            "No version has the label \"{}\", or a migration tool has taken that revision back; "
            "SELECT chronos.label({}) gives a label to the current version.",
            *unknown, internal::session::quote_literal(*unknown));
    }
    throw error(
        error_code::requirement,
        fmt::format("schema version {} does not satisfy \"{}\"", version.number, required),
        fmt::format("The database is at {}, fingerprint {}.", version, version.fingerprint.brief()),
        hint);
}

}  // namespace

version_constraint::version_constraint(std::string_view text) : text_(text) { (void)parsed(text); }

schema_version require_version(connection& database, const version_constraint& constraint) {
    const auto terms = parsed(constraint.text());
    const auto found = internal::ask(
        database.internal_session(),
        fmt::format("SELECT {}, {} FROM chronos.head() AS v", internal::kVersionColumns, kLabels),
        {label_names(terms)});
    const schema_version version = internal::version_of(found.at(0));
    const core::schema_state state = state_of(version, found.at(0).text(internal::kVersionWidth));
    if (!terms.holds(state)) throw_unsatisfied(version, constraint.text(), terms, state);
    return version;
}

}  // namespace chronos

#include "migrations/down_script.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/sql_splitter.hpp"
#include "migrations/statement_kind.hpp"
#include "migrations/statement_run.hpp"
#include "versions/values.hpp"

namespace chronos::internal {

namespace {

using json = nlohmann::json;

std::optional<std::int64_t> number_in(const json& from, const char* key) {
    if (!from.contains(key) || !from[key].is_number()) return std::nullopt;
    return from[key].get<std::int64_t>();
}

std::string text_in(const json& from, const char* key) {
    return from.contains(key) && from[key].is_string() ? from[key].get<std::string>()
                                                       : std::string();
}

std::vector<migration_loss> read_losses(const std::string& text) {
    std::vector<migration_loss> result;
    for (const json& one : json::parse(text)) {
        result.push_back({text_in(one, "kind") + ' ' + text_in(one, "identity"),
                          text_in(one, "statement"), number_in(one, "rows"),
                          number_in(one, "bytes"), text_in(one, "note")});
    }
    return result;
}

chosen_down derive(session& on, const compared_migration& one, const std::string& from,
                   std::int64_t to) {
    const row found = on.query_one(
        "SELECT d.script, d.transactional, d.losses FROM chronos.derived_down($1, $2) AS d",
        {from, std::to_string(to)});
    chosen_down result;
    result.what = {fmt::format("derived down of {}", one.scripts().up.file), found.text(0),
                   found.flag(1)};
    result.derived = true;
    result.losses = read_losses(found.text(2));
    return result;
}

[[noreturn]] void refuse(const compared_migration& one) {
    throw error(error_code::not_found,
                fmt::format("migration {} has no way down", one.scripts().version),
                "There is no script for it, and the schema before it was not recorded.",
                "Write a down script and put it beside the other.");
}

}  // namespace

chosen_down down_script_of(session& on, const compared_migration& one) {
    const stored_migration& row = *one.row;
    const bool resumed = row.state == "undoing" && row.down_derived;
    if (row.state == "applying") {
        if (!row.version_before) refuse(one);
        return derive(on, one, "current", *row.version_before);
    }
    if (!resumed && one.file && one.file->down) return {*one.file->down, false, {}};
    if (row.scripts.down && (resumed || !row.down_derived))
        return {*row.scripts.down, row.down_derived, {}};
    if (!row.version_before || !row.version_after) refuse(one);
    auto result = derive(on, one, std::to_string(*row.version_after), *row.version_before);
    for (auto& kept : kept_changes_of(row.scripts.up)) result.losses.push_back(std::move(kept));
    return result;
}

std::vector<migration_loss> kept_changes_of(const script& up) {
    std::vector<migration_loss> result;
    for (const auto& statement : split_sql(up.text)) {
        const std::string word = leading_words(statement.text, 1);
        if (word != "INSERT" && word != "UPDATE" && word != "DELETE" && word != "MERGE" &&
            word != "COPY" && word != "TRUNCATE" && word != "WITH")
            continue;
        result.push_back({"rows",
                          excerpt_of(statement.text),
                          {},
                          {},
                          "what it changed in rows is not taken back"});
    }
    return result;
}

std::vector<migration_statement> statements_of(session& on, const script& what) {
    std::vector<migration_statement> result;
    json texts_of = json::array();
    for (const auto& statement : split_sql(what.text)) {
        result.push_back({statement.line, std::string(statement.text), {}, {}, true});
        texts_of.push_back(in_capitals(statement.text));
    }
    const auto traits = on.query(
        "SELECT t.lock, pg_catalog.to_json(t.hazards)"
        " FROM pg_catalog.jsonb_array_elements_text($1::jsonb) WITH ORDINALITY AS s(text, nr)"
        " CROSS JOIN LATERAL chronos.plan_traits(s.text) AS t ORDER BY s.nr",
        {texts_of.dump()});
    for (std::size_t i = 0; i < result.size() && i < traits.size(); ++i) {
        result[i].transactional = !needs_no_transaction(result[i].text);
        result[i].lock =
            concurrent_index_of(result[i].text) ? "ShareUpdateExclusiveLock" : traits[i].text(0);
        result[i].hazards = texts(traits[i].text(1));
        if (!destroyed_by(result[i].text).empty()) result[i].hazards.emplace_back("data_loss");
    }
    return result;
}

}  // namespace chronos::internal

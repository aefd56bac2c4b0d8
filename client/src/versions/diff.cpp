#include "chronos/diff.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/version.hpp"
#include "versions/diagnosis.hpp"
#include "versions/difference.hpp"
#include "versions/values.hpp"

namespace chronos {

namespace {

using internal::kDifferenceColumns;
using internal::kDifferenceWidth;
using internal::row;
using nlohmann::json;

std::optional<std::string> value_of(const json& part, const char* name) {
    const auto found = part.find(name);
    if (found == part.end() || found->is_null()) return std::nullopt;
    if (found->is_string()) return found->get<std::string>();
    return found->dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<part_difference> parts_of(const std::string& details) {
    std::vector<part_difference> parts;
    const json list = json::parse(details, nullptr, false);
    if (!list.is_array()) return parts;
    for (const json& one : list) {
        parts.push_back({value_of(one, "part").value_or(""), value_of(one, "change").value_or(""),
                         value_of(one, "old_name").value_or(""), value_of(one, "old"),
                         value_of(one, "new")});
    }
    return parts;
}

// SQL of definitions that are in no version yet, by kind and identity.
using live_sql = std::map<std::pair<std::string, std::string>, std::string>;

live_sql read_live(internal::session& on) {
    live_sql result;
    for (const row& one :
         internal::ask(on,
                       "SELECT f.kind, f.identity, pg_catalog.array_to_string("
                       " chronos.statements(f.kind, f.identity, f.definition), E';\\n') || ';'"
                       " FROM chronos.facts_of('live') AS f WHERE NOT EXISTS"
                       " (SELECT FROM chronos.definition AS d WHERE d.hash = f.hash)")) {
        result[{one.text(0), one.text(1)}] = one.text(2);
    }
    return result;
}

// Both sides as statements; what the store does not have is in the catalogue.
std::vector<object_difference> with_sql(internal::session& on, const internal::rows& found) {
    std::vector<object_difference> result;
    std::optional<live_sql> live;
    const auto statements = [&](const row& one, std::size_t column, const std::string& kind,
                                const std::string& identity) {
        if (one.is_null(column)) return std::string();
        if (!one.is_null(column + 1)) return one.text(column + 1);
        if (!live) live = read_live(on);
        return (*live)[{kind, identity}];
    };
    for (const row& one : found) {
        object_difference difference = internal::difference_of(one);
        const std::string& old_identity =
            difference.old_identity.empty() ? difference.identity : difference.old_identity;
        difference.old_sql = statements(one, kDifferenceWidth, difference.kind, old_identity);
        difference.sql =
            statements(one, kDifferenceWidth + 2, difference.kind, difference.identity);
        result.push_back(std::move(difference));
    }
    return result;
}

constexpr std::string_view kSqlColumns =
    "d.old_hash, chronos.definition_sql(d.old_hash), d.hash, chronos.definition_sql(d.hash)";

}  // namespace

object_difference internal::difference_of(const row& from) {
    object_difference difference;
    difference.change = from.text(0);
    difference.kind = from.text(1);
    difference.identity = from.text(2);
    difference.old_identity = from.text(3);
    if (difference.old_identity == difference.identity) difference.old_identity.clear();
    difference.parts = parts_of(from.text(4));
    return difference;
}

std::vector<object_difference> diff(connection& database, std::string_view from,
                                    std::string_view to) {
    auto& session = database.internal_session();
    return internal::ask_together(session, [&] {
        return with_sql(
            session,
            internal::ask(session,
                          fmt::format("SELECT {}, {} FROM chronos.diff($1::text, $2::text) AS d",
                                      kDifferenceColumns, kSqlColumns),
                          {std::string(from), std::string(to)}));
    });
}

std::vector<object_difference> changes_of(connection& database, const schema_version& version) {
    auto& session = database.internal_session();
    const auto found =
        internal::ask(session,
                      fmt::format("SELECT d.change, d.kind, d.identity, d.old_identity, NULL, {}"
                                  " FROM chronos.changes($1::uuid, $2::bigint) AS d",
                                  kSqlColumns),
                      {version.timeline, std::to_string(version.number)});
    return with_sql(session, found);
}

}  // namespace chronos

#include "chronos/version.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"
#include "versions/version_query.hpp"

namespace chronos {

namespace {

using internal::kVersionColumns;
using internal::kVersionWidth;
using internal::row;
using internal::value;
using internal::version_of;

constexpr std::string_view kEvidenceColumns =
    "v.cause, v.role, v.application, v.client_address, pg_catalog.to_json(v.statements),"
    " (SELECT pg_catalog.json_agg(pg_catalog.json_build_object("
    "   'action', c.change, 'kind', c.kind, 'identity', c.identity,"
    "   'old', CASE WHEN c.change = 'renamed' THEN c.old_identity END))"
    "  FROM chronos.changes(v.timeline, v.number) AS c)";

// Picks versions of this database's past first, so that evidence is gathered for those alone.
std::string records_query(std::string_view condition, std::string_view limit) {
    return fmt::format(
        "WITH v AS MATERIALIZED (SELECT v.*, t.depth FROM chronos.lineage AS t"
        " JOIN chronos.version AS v ON v.timeline = t.timeline"
        " WHERE (t.last_version IS NULL OR v.number <= t.last_version) AND ({})"
        " ORDER BY t.depth, v.number DESC LIMIT {})"
        " SELECT {}, {} FROM v ORDER BY v.depth, v.number DESC",
        condition, limit, kVersionColumns, kEvidenceColumns);
}

std::vector<object_change> changes_of(const std::string& json) {
    std::vector<object_change> result;
    const auto list = nlohmann::json::parse(json, nullptr, false);
    if (!list.is_array()) return result;
    for (const auto& one : list) {
        const auto text = [&one](const char* name) {
            return one[name].is_string() ? one[name].get<std::string>() : std::string();
        };
        result.push_back({text("action"), text("kind"), text("identity"), text("old")});
    }
    return result;
}

version_record record_of(const row& from) {
    version_record record;
    static_cast<schema_version&>(record) = version_of(from);
    record.cause = from.text(kVersionWidth);
    record.role = from.text(kVersionWidth + 1);
    record.application = from.text(kVersionWidth + 2);
    record.address = from.text(kVersionWidth + 3);
    record.statements = internal::texts(from.text(kVersionWidth + 4));
    record.objects = changes_of(from.text(kVersionWidth + 5));
    return record;
}

// A number, if the text is one.
value number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return std::string(text);
}

[[noreturn]] void throw_unknown(connection& database, std::string_view version) {
    const auto known = current_version(database).number;
    throw error(error_code::not_found,
                number_in(version) ? fmt::format("schema version {} does not exist", version)
                                   : fmt::format("no schema version has the label \"{}\"", version),
                {}, fmt::format("The newest version is {}; chronosctl log lists them all.", known));
}

}  // namespace

schema_version internal::version_of(const row& from) {
    demand_extension(from.text(0));
    schema_version version;
    version.timeline = from.text(1);
    version.number = from.number(2);
    if (!from.is_null(3)) version.fingerprint = fingerprint(from.text(3));
    version.committed_at = moment(from, 4);
    version.labels = texts(from.text(5));
    return version;
}

schema_version current_version(connection& database) {
    const auto found =
        internal::ask(database.internal_session(),
                      fmt::format("SELECT {} FROM chronos.head() AS v", kVersionColumns));
    return version_of(found.at(0));
}

std::vector<version_record> history(connection& database, std::size_t limit) {
    const std::string most = limit == 0 ? "ALL" : std::to_string(limit);
    std::vector<version_record> records;
    for (const row& one : internal::ask(database.internal_session(), records_query("true", most))) {
        records.push_back(record_of(one));
    }
    return records;
}

version_record find_version(connection& database, std::string_view version) {
    auto& session = database.internal_session();
    internal::rows found;
    if (version == "current") {
        found = internal::ask(session, records_query("true", "1"));
    } else {
        found = internal::ask(
            session,
            records_query(
                "v.number = $1::bigint OR ($1::bigint IS NULL AND EXISTS (SELECT FROM"
                " chronos.label AS l WHERE l.timeline = v.timeline AND l.number = v.number"
                " AND l.name = $2))",
                "1"),
            {number_in(version), std::string(version)});
    }
    if (found.empty()) throw_unknown(database, version);
    return record_of(found.front());
}

std::string schema_at(connection& database, std::int64_t number) {
    const auto found =
        internal::ask(database.internal_session(), "SELECT chronos.schema_at($1::bigint)",
                      {std::to_string(number)});
    return found.at(0).text(0);
}

}  // namespace chronos

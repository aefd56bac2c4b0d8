#include "chronos/version.hpp"

#include <algorithm>
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
    "v.cause, v.role, v.application, v.client_address, pg_catalog.to_json(v.statements), v.changes,"
    " nullif(v.session_role, v.role), v.transaction,"
    " extract(epoch FROM v.committed_at - v.started_at),"
    " (extract(epoch FROM (pg_catalog.to_jsonb(v) ->> 'observed_after')::timestamptz)"
    "  * 1000000)::bigint";

// All names of the object called $1, with or without its schema, and of what belongs to the table
// of that name.
constexpr std::string_view kNamedObjects =
    "SELECT DISTINCT n.kind, n.identity FROM chronos.fact AS f"
    " JOIN chronos.definition AS d ON d.hash = f.hash"
    " JOIN chronos.fact AS n ON n.object = f.object"
    " WHERE '.' || $1 IN (pg_catalog.right('.' || f.identity, pg_catalog.length($1) + 1),"
    "   pg_catalog.right('.' || (d.definition ->> 'table'), pg_catalog.length($1) + 1))"
    "  OR pg_catalog.strpos('.' || f.identity, '.' || $1 || '(') > 0"
    "  OR pg_catalog.right(f.identity, pg_catalog.length($1) + 1) = ' ' || $1";

constexpr std::string_view kFilter =
    "($1::text IS NULL OR EXISTS"
    "  (SELECT FROM pg_catalog.jsonb_array_elements(v.changes) AS c(note), named AS n"
    "   WHERE n.kind = c.note ->> 1 AND n.identity IN (c.note ->> 2, c.note ->> 3)))"
    " AND ($2::timestamptz IS NULL OR v.committed_at >= $2)"
    " AND ($3::timestamptz IS NULL OR v.committed_at <= $3)"
    " AND ($4::text IS NULL OR $4 IN (v.role, v.session_role))"
    " AND ($5::uuid IS NULL OR t.depth > (SELECT b.depth FROM chronos.lineage AS b"
    "   WHERE b.timeline = $5) OR (v.timeline = $5 AND v.number < $6::bigint))";

// Picks versions of this database's past first, so that evidence is gathered for those alone.
std::string records_query(std::string_view condition, std::string_view limit,
                          std::string_view named = "SELECT 1") {
    return fmt::format(
        "WITH named AS MATERIALIZED ({}),"
        " v AS MATERIALIZED (SELECT v.*, t.depth FROM chronos.lineage AS t"
        " JOIN chronos.evidence AS v ON v.timeline = t.timeline"
        " WHERE (t.last_version IS NULL OR v.number <= t.last_version) AND ({})"
        " ORDER BY t.depth, v.number DESC LIMIT {})"
        " SELECT {}, {} FROM v ORDER BY v.depth, v.number DESC",
        named, condition, limit, kVersionColumns, kEvidenceColumns);
}

// [["renamed", "table", "public.orders", "public.sales"], …]
std::vector<object_change> objects_of(const std::string& json) {
    std::vector<object_change> result;
    const auto list = nlohmann::json::parse(json, nullptr, false);
    if (!list.is_array()) return result;
    for (const auto& one : list) {
        if (!one.is_array()) continue;
        const auto text = [&one](std::size_t place) {
            const bool there = place < one.size() && one[place].is_string();
            return there ? one[place].get<std::string>() : std::string();
        };
        result.push_back({text(0), text(1), text(2), text(3)});
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
    record.objects = objects_of(from.text(kVersionWidth + 5));
    record.session_role = from.text(kVersionWidth + 6);
    record.transaction = from.text(kVersionWidth + 7);
    if (const auto& seconds = from[kVersionWidth + 8]) record.seconds = std::stod(*seconds);
    record.observed_after = internal::moment_or_none(from, kVersionWidth + 9);
    return record;
}

value text_or_null(const std::string& text) { return text.empty() ? value() : value(text); }

value text_or_null(const std::optional<timestamp>& moment) {
    return moment ? value(to_string(*moment)) : value();
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
    history_filter filter;
    filter.limit = limit;
    return history(database, filter);
}

std::vector<version_record> history(connection& database, const history_filter& filter) {
    const std::string most = filter.limit == 0 ? "ALL" : std::to_string(filter.limit);
    const bool further = filter.before.has_value();
    std::vector<version_record> records;
    for (const row& one : internal::ask(
             database.internal_session(), records_query(kFilter, most, kNamedObjects),
             {text_or_null(filter.object), text_or_null(filter.since), text_or_null(filter.until),
              text_or_null(filter.role), further ? value(filter.before->timeline) : value(),
              further ? value(std::to_string(filter.before->number)) : value()})) {
        records.push_back(record_of(one));
    }
    return records;
}

version_record find_version(connection& database, std::string_view version) {
    const auto found = internal::ask(database.internal_session(),
                                     records_query("v.number = chronos.resolve($1::text)", "1"),
                                     {std::string(version)});
    if (found.empty()) {
        throw error(error_code::not_found, "there is no schema version yet", {},
                    "SELECT chronos.baseline() records the first.");
    }
    return record_of(found.front());
}

std::string schema_at(connection& database, std::int64_t number) {
    return schema_at(database, number, {});
}

std::string schema_at(connection& database, std::int64_t number,
                      const schema_selection& selection) {
    value schemas;
    if (!selection.schemas.empty()) schemas = internal::json_of(selection.schemas);
    const auto found = internal::ask(
        database.internal_session(),
        "SELECT chronos.schema_at($1::bigint, CASE WHEN $2::jsonb IS NOT NULL THEN"
        " ARRAY(SELECT pg_catalog.jsonb_array_elements_text($2::jsonb)) END, $3::text)",
        {std::to_string(number), schemas, text_or_null(selection.object)});
    return found.at(0).text(0);
}

}  // namespace chronos

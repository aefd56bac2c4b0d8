#include "migrations/migration_store.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "migrations/checksum.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos::internal {

namespace {

using json = nlohmann::json;

value or_null(const std::string& text) { return text.empty() ? value() : value(text); }

json ordinal_json(const migration_ordinal& ordinal) {
    json list = json::array();
    // As texts: a number may have more digits than JSON's.
    for (const std::string& part : ordinal) list.push_back(part);
    return list;
}

stored_migration from_row(const row& one) {
    stored_migration result;
    migration& scripts = result.scripts;
    scripts.kind =
        one.text(0) == "repeatable" ? migration_kind::repeatable : migration_kind::versioned;
    scripts.version = one.text(1);
    scripts.ordinal = texts(one.text(2));
    scripts.name = one.text(3);
    scripts.up = {one.text(4), one.text(5), one.flag(7)};
    result.up_checksum = one.text(6);
    if (!one.is_null(8)) scripts.down = script{one.text(4), one.text(8), one.flag(10)};
    result.down_derived = one.text(9) == "derived";
    result.state = one.text(11);
    result.origin = one.text(12);
    result.applied_by = one.text(13);
    result.applied_at = moment_or_none(one, 14);
    if (!one.is_null(15)) result.seconds = std::stod(one.text(15));
    result.sequence = one.number(16);
    result.version_before = number_or_none(one, 17);
    result.version_after = number_or_none(one, 18);
    result.snapshot = one.text(19);
    return result;
}

}  // namespace

std::string_view kind_name(migration_kind kind) noexcept {
    return kind == migration_kind::repeatable ? "repeatable" : "versioned";
}

std::string_view to_string(direction way) noexcept { return way == direction::up ? "up" : "down"; }

std::string json_of(const migration& what) {
    json document{{"kind", kind_name(what.kind)},
                  {"version", what.version},
                  {"ordinal", ordinal_json(what.ordinal)},
                  {"name", what.name},
                  {"file", what.up.file},
                  {"up", what.up.text},
                  {"up_checksum", script_checksum(what.up.text)},
                  {"transactional", what.up.transactional}};
    if (what.down) {
        document["down"] = what.down->text;
        document["down_checksum"] = script_checksum(what.down->text);
        document["down_transactional"] = what.down->transactional;
    }
    return document.dump();
}

std::vector<stored_migration> migration_store::read() {
    std::vector<stored_migration> result;
    for (const row& one :
         ask(session_,
             "SELECT m.kind, m.version, pg_catalog.to_json(m.ordinal::text[]), m.name, m.file, "
             "m.up,"
             " m.up_checksum, m.transactional, m.down, m.down_origin, m.down_transactional,"
             " m.state, m.origin, m.applied_by,"
             " (extract(epoch FROM m.applied_at) * 1000000)::bigint,"
             " extract(epoch FROM m.duration), m.sequence, m.version_before, m.version_after,"
             " coalesce(m.snapshot, '')"
             " FROM chronos.migration AS m WHERE m.scope = $1 ORDER BY m.ordinal, m.version",
             {scope_})) {
        result.push_back(from_row(one));
    }
    return result;
}

void migration_store::keep(const migration& what) {
    (void)session_.query("SELECT chronos.store_migration($1, $2::jsonb)", {scope_, json_of(what)});
}

void migration_store::start(const migration& what, bool whole) {
    (void)session_.query("SELECT chronos.start_migration($1, $2::jsonb, $3::boolean)",
                         {scope_, json_of(what), whole ? "true" : "false"});
}

migration_store::versions migration_store::finish(const migration& what, double seconds) {
    const row found = session_.query_one(
        "SELECT f.version_before, f.version_after FROM chronos.finish_migration($1, $2, $3,"
        " pg_catalog.make_interval(secs => $4::double precision)) AS f",
        {scope_, std::string(kind_name(what.kind)), what.version, fmt::format("{}", seconds)});
    return {number_or_none(found, 0), number_or_none(found, 1)};
}

void migration_store::start_rollback(const migration& what, bool whole) {
    (void)session_.query(
        "SELECT chronos.start_rollback($1, $2, $3, $4::boolean)",
        {scope_, std::string(kind_name(what.kind)), what.version, whole ? "true" : "false"});
}

void migration_store::finish_rollback(const migration& what) {
    (void)session_.query("SELECT chronos.finish_rollback($1, $2, $3)",
                         {scope_, std::string(kind_name(what.kind)), what.version});
}

void migration_store::mark_applied(const migration& what, std::string_view origin, const value& at,
                                   const value& by) {
    keep(what);
    (void)session_.query(
        "UPDATE chronos.migration AS m SET state = 'applied', origin = $4,"
        " applied_by = coalesce($6, session_user),"
        " applied_at = coalesce($5::timestamptz, pg_catalog.clock_timestamp()),"
        " sequence = pg_catalog.nextval('chronos.migration_sequence')"
        " WHERE m.scope = $1 AND m.kind = $2 AND m.version = $3 AND m.state = 'stored'",
        {scope_, std::string(kind_name(what.kind)), what.version, std::string(origin), at, by});
}

void migration_store::note_snapshot(const migration& what, const std::string& id) {
    (void)session_.query(
        "UPDATE chronos.migration AS m SET snapshot = $4"
        " WHERE m.scope = $1 AND m.kind = $2 AND m.version = $3",
        {scope_, std::string(kind_name(what.kind)), what.version, id});
}

void migration_store::keep_derived_down(const migration& what, const script& down) {
    (void)session_.query(
        "UPDATE chronos.migration AS m SET down = $4, down_origin = 'derived', down_checksum = $5,"
        " down_transactional = $6::boolean"
        " WHERE m.scope = $1 AND m.kind = $2 AND m.version = $3",
        {scope_, std::string(kind_name(what.kind)), what.version, down.text,
         script_checksum(down.text), down.transactional ? "true" : "false"});
}

std::map<int, stored_step> migration_store::steps(const migration& what, direction way) {
    std::map<int, stored_step> result;
    for (const row& one : session_.query(
             "SELECT s.step, s.checksum, s.state, s.memo FROM chronos.migration_step AS s"
             " WHERE s.scope = $1 AND s.kind = $2 AND s.version = $3 AND s.direction = $4",
             {scope_, std::string(kind_name(what.kind)), what.version,
              std::string(to_string(way))})) {
        result[static_cast<int>(one.number(0))] = {one.text(1), one.text(2), one.text(3)};
    }
    return result;
}

void migration_store::note_step(const migration& what, direction way, const step_note& note) {
    (void)session_.query(
        "SELECT chronos.note_migration_step($1, $2, $3, $4, $5::integer, $6, $7, $8, $9,"
        " $10::jsonb)",
        {scope_, std::string(kind_name(what.kind)), what.version, std::string(to_string(way)),
         std::to_string(note.number), note.statement, note.checksum, note.state,
         or_null(note.error), or_null(note.memo)});
}

}  // namespace chronos::internal

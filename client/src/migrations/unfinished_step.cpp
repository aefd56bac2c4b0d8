#include "migrations/unfinished_step.hpp"

#include <fmt/format.h>

#include <optional>

#include "migrations/statement_kind.hpp"

namespace chronos::internal {

namespace {

// Indexes of the table that the statement names: those of that name, or without a name those that
// were not there when it began.
constexpr const char* kItsIndexes =
    " FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid"
    " WHERE i.indrelid = pg_catalog.to_regclass($1)"
    " AND CASE WHEN $2 <> '' THEN c.relname = (pg_catalog.parse_ident($2))[1]"
    "  ELSE NOT $3::jsonb @> pg_catalog.to_jsonb(i.indexrelid::bigint) END";

std::vector<value> names_of(const concurrent_index& index, const std::string& memo) {
    return {index.table, index.name, memo.empty() ? "[]" : memo};
}

void drop_invalid(session& on, const concurrent_index& index, const std::string& memo) {
    for (const row& one :
         on.query(fmt::format(
                      "SELECT i.indexrelid::regclass, (SELECT a.pid FROM pg_catalog.pg_locks AS l"
                      " JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid"
                      " WHERE l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock'"
                      " AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()"
                      " AND a.query ILIKE '%concurrently%' LIMIT 1){} AND NOT i.indisvalid",
                      kItsIndexes),
                  names_of(index, memo))) {
        if (!one.is_null(1)) {
            throw error(error_code::busy, fmt::format("index {} is just being built", one.text(0)),
                        fmt::format("Process {} builds it.", one.text(1)),
                        "Wait for it to end, then run the migration again.");
        }
        on.execute(fmt::format("DROP INDEX CONCURRENTLY {}", one.text(0)));
    }
}

// What is known by its name alone, in a catalogue of the whole server.
bool exists(session& on, const char* catalogue, const char* column, std::string_view name) {
    return on
        .query_one(fmt::format("SELECT EXISTS (SELECT FROM pg_catalog.{} AS x WHERE x.{} ="
                               " (pg_catalog.parse_ident($1))[1])",
                               catalogue, column),
                   {std::string(name)})
        .flag(0);
}

std::optional<bool> named_object_done(session& on, std::string_view statement) {
    const auto made = named_object_of(statement);
    if (!made) return std::nullopt;
    const char* catalogue = made->kind == "DATABASE"     ? "pg_database"
                            : made->kind == "TABLESPACE" ? "pg_tablespace"
                                                         : "pg_subscription";
    const char* column = made->kind == "DATABASE"     ? "datname"
                         : made->kind == "TABLESPACE" ? "spcname"
                                                      : "subname";
    return exists(on, catalogue, column, made->name) != made->dropped;
}

bool index_done(session& on, const concurrent_index& index, const std::string& memo) {
    drop_invalid(on, index, memo);
    return on
        .query_one(fmt::format("SELECT EXISTS (SELECT{} AND i.indisvalid AND NOT $3::jsonb @>"
                               " pg_catalog.to_jsonb(i.indexrelid::bigint))",
                               kItsIndexes),
                   names_of(index, memo))
        .flag(0);
}

bool detach_done(session& on, const detached_partition& what) {
    const auto found = on.query(
        "SELECT i.inhdetachpending, i.inhparent::regclass, i.inhrelid::regclass"
        " FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = pg_catalog.to_regclass($1)"
        " AND i.inhrelid = pg_catalog.to_regclass($2)",
        {what.parent, what.partition});
    if (found.empty()) return true;
    if (!found.front().flag(0)) return false;
    on.execute(fmt::format("ALTER TABLE {} DETACH PARTITION {} FINALIZE", found.front().text(1),
                           found.front().text(2)));
    return true;
}

}  // namespace

std::string memo_before(session& on, std::string_view statement) {
    const auto index = concurrent_index_of(statement);
    if (!index) return {};
    return on
        .query_one(
            "SELECT coalesce(pg_catalog.jsonb_agg(i.indexrelid::bigint), '[]')"
            " FROM pg_catalog.pg_index AS i WHERE i.indrelid = pg_catalog.to_regclass($1)",
            {index->table})
        .text(0);
}

bool step_is_done(session& on, std::string_view statement, const std::string& memo) {
    if (const auto index = concurrent_index_of(statement)) return index_done(on, *index, memo);
    if (const auto detached = detached_partition_of(statement)) return detach_done(on, *detached);
    if (const auto dropped = dropped_index_of(statement); !dropped.empty()) {
        return on.query_one("SELECT pg_catalog.to_regclass($1) IS NULL", {dropped}).flag(0);
    }
    // The rest (VACUUM, REINDEX, ALTER SYSTEM …) may run twice.
    return named_object_done(on, statement).value_or(false);
}

void clear_the_way(session& on, std::string_view statement, const std::string& memo) {
    const auto index = concurrent_index_of(statement);
    if (index) drop_invalid(on, *index, memo);
}

}  // namespace chronos::internal

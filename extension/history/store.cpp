#include "history/store.hpp"

#include <algorithm>

#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "backend/spi.hpp"
#include "history/announce.hpp"

extern "C" {
#include <catalog/namespace.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::cell;
using backend::plan;
using backend::value;

constinit plan definitions_plan(
    "INSERT INTO chronos.definition (hash, kind, identity, definition) "
    "SELECT DISTINCT ON (c.hash) c.hash, c.kind, c.identity, c.definition "
    "FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::bytea[]) AS c(kind, identity, "
    "definition, hash) "
    "WHERE c.hash IS NOT NULL",
    TEXTARRAYOID, TEXTARRAYOID, JSONBARRAYOID, BYTEAARRAYOID);

// Facts are looked up one by one, by the one index that fits (see chronos.differences), and then
// changed by their place.
constinit plan close_plan(
    "UPDATE chronos.fact t SET until = $6 "
    "FROM unnest($2::text[], $3::oid[], $4::oid[], $5::bytea[], $7::bytea[]) "
    "AS c(kind, old_classid, old_objid, old_hash, hash) "
    "CROSS JOIN LATERAL (SELECT f.ctid FROM chronos.fact f "
    "WHERE f.objid = c.old_objid AND f.until IS NULL AND f.timeline IS NOT DISTINCT FROM $1 "
    "AND f.classid = c.old_classid AND f.kind = c.kind OFFSET 0) p "
    "WHERE c.hash IS DISTINCT FROM c.old_hash AND t.ctid = p.ctid",
    UUIDOID, TEXTARRAYOID, OIDARRAYOID, OIDARRAYOID, BYTEAARRAYOID, INT8OID, BYTEAARRAYOID);

#define CHRONOS_ATTRIBUTES                                    \
    "CASE WHEN c.kind IN ('table', 'foreign table', 'type') " \
    "THEN chronos.attribute_numbers(c.kind, c.objid, c.definition) END "

constinit plan open_plan(
    "INSERT INTO chronos.fact (timeline, since, classid, objid, kind, identity, hash, object, "
    "attributes) "
    "SELECT $1, $8, c.classid, c.objid, c.kind, c.identity, c.hash, "
    "coalesce(c.old_object, nextval('chronos.object_number')), " CHRONOS_ATTRIBUTES
    "FROM unnest($2::oid[], $3::oid[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], "
    "$9::jsonb[], $10::bigint[]) "
    "AS c(classid, objid, kind, identity, hash, old_hash, definition, old_object) "
    "WHERE c.hash IS NOT NULL AND c.hash IS DISTINCT FROM c.old_hash",
    UUIDOID, OIDARRAYOID, OIDARRAYOID, TEXTARRAYOID, TEXTARRAYOID, BYTEAARRAYOID, BYTEAARRAYOID,
    INT8OID, JSONBARRAYOID, INT8ARRAYOID);

constinit plan new_oids_plan(
    "UPDATE chronos.fact t SET classid = c.classid, objid = c.objid, attributes "
    "= " CHRONOS_ATTRIBUTES
    "FROM unnest($2::oid[], $3::oid[], $4::text[], $5::bytea[], $6::oid[], $7::oid[], $8::bytea[], "
    "$9::jsonb[]) AS c(classid, objid, kind, hash, old_classid, old_objid, old_hash, definition) "
    "CROSS JOIN LATERAL (SELECT f.ctid FROM chronos.fact f "
    "WHERE f.objid = c.old_objid AND f.until IS NULL AND f.timeline IS NOT DISTINCT FROM $1 "
    "AND f.classid = c.old_classid AND f.kind = c.kind OFFSET 0) p "
    "WHERE c.hash = c.old_hash AND c.objid <> c.old_objid AND t.ctid = p.ctid",
    UUIDOID, OIDARRAYOID, OIDARRAYOID, TEXTARRAYOID, BYTEAARRAYOID, OIDARRAYOID, OIDARRAYOID,
    BYTEAARRAYOID, JSONBARRAYOID);

#define CHRONOS_NOTES                                                      \
    "jsonb_agg(jsonb_build_array(x.change, x.kind, x.identity) || "        \
    "CASE x.change WHEN 'renamed' THEN jsonb_build_array(x.old_identity) " \
    "ELSE '[]' END ORDER BY x.kind COLLATE \"C\", x.identity COLLATE \"C\")"

constinit plan version_plan(
    "INSERT INTO chronos.version (timeline, number, cause, started_at, committed_at, role, "
    "session_role, application, client_address, transaction, statements, snapshot, "
    "server_version, fingerprint, changes, duration, observed_after) "
    "SELECT $1, $2, $3, $4, clock_timestamp(), $5, $6, $7, $8, $9, $10, $11, "
    "current_setting('server_version_num')::integer, chronos.fingerprint_sum($12, $13, $14), "
    // A restored database has all facts as its own: only what is not as in its parent counts.
    "coalesce(CASE WHEN $3 = 'restore' THEN (SELECT " CHRONOS_NOTES
    " FROM chronos.changes($1, $2) x) "
    "ELSE (SELECT " CHRONOS_NOTES
    " FROM (SELECT c.*, CASE WHEN c.old_hash IS NULL THEN 'added' WHEN c.hash IS NULL "
    "THEN 'removed' WHEN c.identity <> c.old_identity THEN 'renamed' ELSE 'changed' END AS change "
    "FROM unnest($15, $16, $13, $17, $14) AS c(kind, identity, hash, old_identity, old_hash) "
    "WHERE c.hash IS DISTINCT FROM c.old_hash) x) END, '[]'), "
    "coalesce($18, clock_timestamp()) - $4, $19 "
    "RETURNING format('{\"version\": %s, \"fingerprint\": \"%s\", \"timeline\": \"%s\"}', number, "
    "encode(fingerprint, 'hex'), timeline)",
    UUIDOID, INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, XID8OID,
    TEXTARRAYOID, TEXTOID, BYTEAOID, BYTEAARRAYOID, BYTEAARRAYOID, TEXTARRAYOID, TEXTARRAYOID,
    TEXTARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID);

constinit plan attribute_numbers_plan(
    R"(SELECT chronos.attribute_numbers('table', 0, '{"columns": [{"name": ""}]}'))");

constinit plan begin_line_plan(
    "INSERT INTO chronos.timeline (id, parent, parent_version, cause) "
    "SELECT gen_random_uuid(), $1, v.number, 'restore' FROM chronos.version v "
    "WHERE v.timeline = $1 ORDER BY v.number DESC LIMIT 1 RETURNING id, parent_version",
    UUIDOID);

constinit plan set_line_plan("UPDATE chronos.local SET timeline = $1, loading = false", UUIDOID);

// A session that has just compared and not committed yet has said the same.
constinit plan note_comparison_plan(
    "UPDATE chronos.local SET compared_at = $1, "
    "compared_by = current_setting('server_version_num')::integer "
    "WHERE ctid = (SELECT l.ctid FROM chronos.local l FOR UPDATE SKIP LOCKED)",
    TIMESTAMPTZOID);

constinit plan drop_versions_plan("DELETE FROM chronos.version WHERE timeline = $1", UUIDOID);
constinit plan drop_facts_plan("DELETE FROM chronos.fact WHERE timeline = $1", UUIDOID);
constinit plan drop_line_plan("DELETE FROM chronos.timeline WHERE id = $1", UUIDOID);

constinit plan label_plan("SELECT chronos.set_label($1, $2, $3)", TEXTOID, TEXTOID, BOOLOID);

constinit plan settle_labels_plan("SELECT chronos.settle_labels()");

constinit plan gap_plan(
    "INSERT INTO chronos.gap (reason, message, everything, classids, objids, started_at, role, "
    "session_role, application, client_address, transaction, statements, attempts) "
    "VALUES ($1, $2, $3, coalesce($4, '{}'), coalesce($5, '{}'), $6, $7, $8, $9, $10, $11, $12, "
    "$13)",
    TEXTOID, TEXTOID, BOOLOID, OIDARRAYOID, OIDARRAYOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID,
    TEXTOID, XID8OID, TEXTARRAYOID, INT4OID);

// As it was taken last in this session.
constinit LOCKTAG number_lock{};

value text_value(const char* from) {
    return call([from] { return PointerGetDatum(cstring_to_text(from)); });
}

value number_value(std::int64_t from) {
    return call([from] { return Int64GetDatum(from); });
}

}  // namespace

void make_writers_ready() {
    static constinit bool ready = false;
    if (ready) {
        return;
    }
    backend::spi connection;
    attribute_numbers_plan.read({});
    for (plan* const each :
         {&definitions_plan, &close_plan, &open_plan, &new_oids_plan, &version_plan}) {
        each->make_ready();
    }
    connection.close();
    ready = true;
}

void take_number_lock() {
    call([] {
        const Oid schema = get_namespace_oid("chronos", false);
        // No advisory lock: users have those for themselves. Sub-object 1 of the table is nobody's.
        SET_LOCKTAG_OBJECT(number_lock, MyDatabaseId, RelationRelationId,
                           get_relname_relid("version", schema), 1);
        LockDatabaseObject(RelationRelationId, number_lock.locktag_field3, 1, ExclusiveLock);
    });
}

bool holds_number_lock() { return backend::holds_lock(number_lock, ExclusiveLock); }

void write_new_oids(const state& at, const differences& found) {
    backend::spi connection;
    new_oids_plan.write({at.line, found.classids, found.objids, found.kinds, found.hashes,
                         found.old_classids, found.old_objids, found.old_hashes,
                         found.definitions});
    connection.close();
}

std::int64_t write_version(const state& at, std::int64_t number, const differences& found,
                           const version_note& note) {
    const value version = number_value(number);
    const value cause = text_value(note.cause);
    const evidence& who = *note.who;
    write_new_oids(at, found);
    backend::spi connection;
    backend::step("definitions");
    definitions_plan.write({found.kinds, found.identities, found.definitions, found.hashes});
    backend::step("facts");
    close_plan.write({at.line, found.kinds, found.old_classids, found.old_objids, found.old_hashes,
                      version, found.hashes});
    open_plan.write({at.line, found.classids, found.objids, found.kinds, found.identities,
                     found.hashes, found.old_hashes, version, found.definitions,
                     found.old_objects});
    backend::step("version");
    version_plan.write({at.line, version, cause, who.started_at, who.role, who.session_role,
                        who.application, who.address, who.transaction, who.statements,
                        note.snapshot, at.fingerprint, found.hashes, found.old_hashes, found.kinds,
                        found.identities, found.old_identities, who.ended_at, note.observed_after});
    backend::step("announce");
    announce(cell(0, 0, CurrentMemoryContext));
    connection.close();
    return number;
}

std::int64_t continue_arrived(const state& at) {
    backend::spi connection;
    const MemoryContext memory = CurrentMemoryContext;
    begin_line_plan.write({at.arrived});
    const value line = cell(0, 0, memory);
    const std::int64_t newest = DatumGetInt64(cell(0, 1, memory).datum);
    set_line_plan.write({line});
    if (at.number <= 1) {
        // Nothing but the baseline of an empty database: no history worth a branch of its own.
        drop_facts_plan.write({at.line});
        drop_versions_plan.write({at.line});
        drop_line_plan.write({at.line});
    }
    connection.close();
    return std::max(newest, at.number) + 1;
}

void note_comparison(value time) {
    backend::spi connection;
    note_comparison_plan.write({time});
    connection.close();
}

std::int64_t add_label(value label, value role, bool later) {
    backend::spi connection;
    label_plan.write({label, role, BoolGetDatum(later)});
    const value number = cell(0, 0, CurrentMemoryContext);
    connection.close();
    return number.is_null ? 0 : DatumGetInt64(number.datum);
}

void settle_labels() {
    backend::spi connection;
    settle_labels_plan.write({});
    connection.close();
}

void add_gap(const char* reason, value classids, value objids, bool everything, const evidence& who,
             const char* message, int attempts) {
    const value reason_text = text_value(reason);
    const value message_text = message == nullptr ? value() : text_value(message);
    backend::spi connection;
    gap_plan.write({reason_text, message_text, BoolGetDatum(everything), classids, objids,
                    who.started_at, who.role, who.session_role, who.application, who.address,
                    who.transaction, who.statements, Int32GetDatum(attempts)});
    connection.close();
}

}  // namespace chronos::history

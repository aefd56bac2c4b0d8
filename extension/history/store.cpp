#include "history/store.hpp"

#include <algorithm>

#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "history/announce.hpp"
#include "history/statements.hpp"

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

}  // namespace

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

std::int64_t continue_arrived(const state& at) {
    statements connection;
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
    statements connection;
    note_comparison_plan.write({time});
    connection.close();
}

std::int64_t add_label(value label, value role, bool later) {
    statements connection;
    label_plan.write({label, role, BoolGetDatum(later)});
    const value number = cell(0, 0, CurrentMemoryContext);
    connection.close();
    return number.is_null ? 0 : DatumGetInt64(number.datum);
}

void settle_labels() {
    statements connection;
    settle_labels_plan.write({});
    connection.close();
}

void add_gap(const char* reason, const object_ids& objects, bool everything, const evidence& who,
             const char* message, int attempts) {
    const value reason_text = text_value(reason);
    const value message_text = message == nullptr ? value() : text_value(message);
    const value classids = backend::oid_array(objects.classids);
    const value objids = backend::oid_array(objects.objids);
    statements connection;
    gap_plan.write({reason_text, message_text, BoolGetDatum(everything), classids, objids,
                    who.started_at, who.role, who.session_role, who.application, who.address,
                    who.transaction, who.statements, Int32GetDatum(attempts)});
    connection.close();
}

void add_locked(const object_ids& locked, const evidence& who) {
    if (!locked.empty()) {
        add_gap("locked", locked, false, who, "another session held a lock that rendering needs");
    }
}

}  // namespace chronos::history

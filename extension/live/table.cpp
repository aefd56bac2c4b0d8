// chronos.live_table: plain tables, children and partitions.
#include "live/column.hpp"
#include "live/kinds.hpp"
#include "live/needs.hpp"
#include "live/privileges.hpp"

extern "C" {
#include <catalog/indexing.h>
#include <catalog/pg_am_d.h>
#include <catalog/pg_inherits.h>
#include <utils/fmgrprotos.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

bool has_relation_options(Oid relation) {
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) {
        return false;
    }
    bool null = false;
    (void)SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &null);
    ReleaseSysCache(tuple);
    return !null;
}

bool is_plain(const FormData_pg_class& row) {
    return row.relkind == RELKIND_RELATION && row.reloftype == InvalidOid &&
           row.relam == HEAP_TABLE_AM_OID && row.reltablespace == InvalidOid &&
           !(OidIsValid(row.reltoastrelid) && has_relation_options(row.reltoastrelid));
}

const char* name_of(Oid relation) {
    const char* const name = get_rel_name(relation);
    return name == nullptr ? nullptr : qualified_name(get_rel_namespace(relation), name);
}

// A table that inherits is unusual: its columns may stand in an order of their own.
bool write_parents(jsonb_writer& to, const FormData_pg_class& row) {
    rows_of rows(InheritsRelationId, InheritsRelidSeqnoIndexId, Anum_pg_inherits_inhrelid, row.oid);
    const HeapTuple tuple = rows.next();
    const Oid parent = tuple == nullptr
                           ? InvalidOid
                           : reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent;
    const bool is_only_one = rows.next() == nullptr;
    rows.close();
    if (!OidIsValid(parent)) {
        return true;
    }
    const char* const name = name_of(parent);
    if (!row.relispartition || !is_only_one || name == nullptr) {
        return false;
    }
    to.text("partition_of", name);
    return true;
}

void write_bound(jsonb_writer& to, HeapTuple tuple, Oid relation) {
    bool null = false;
    const Datum bound = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &null);
    if (!null) {
        to.text("bound", printed_expression(bound, relation));
    }
}

void write_state(jsonb_writer& to, HeapTuple tuple, const FormData_pg_class& row) {
    bool null = false;
    const Datum options = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &null);
    write_texts(to, "options", options, null);
    to.yes("row_security", row.relrowsecurity);
    to.yes("force_row_security", row.relforcerowsecurity);
    if (row.relreplident == REPLICA_IDENTITY_FULL || row.relreplident == REPLICA_IDENTITY_NOTHING) {
        to.text("replica_identity", row.relreplident == REPLICA_IDENTITY_FULL ? "full" : "nothing");
    }
    to.text("comment", comment_on(RelationRelationId, row.oid));
}

}  // namespace

sight describe_table(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    if (row.relpersistence == RELPERSISTENCE_TEMP) {
        return sight::nothing;
    }
    const char* const name = qualified_name(row.relnamespace, NameStr(row.relname));
    if (name == nullptr) {
        return sight::nothing;
    }
    const char* const owner = GetUserNameFromId(row.relowner, true);
    if (owner == nullptr || !is_plain(row)) {
        return sight::unusual;
    }
    const needs what = read_needs(RelationRelationId, row.oid);
    jsonb_writer to;
    to.begin_object();
    to.text("owner", owner);
    if (row.relpersistence == RELPERSISTENCE_UNLOGGED) {
        to.text("persistence", "unlogged");
    }
    if (what.is_unusual || !write_columns(to, "columns", row.oid, row.relowner) ||
        !write_parents(to, row)) {
        return sight::unusual;
    }
    if (row.relispartition) {
        write_bound(to, tuple, row.oid);
    }
    write_state(to, tuple, row);
    write_needs(to, nullptr, what);
    bool no_grants = false;
    const Datum grants = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &no_grants);
    if (!write_privileges(to, OBJECT_TABLE, grants, no_grants, row.relowner)) {
        return sight::unusual;
    }
    to.end_object();
    out = {"table", name, to.finish()};
    return sight::described;
}

}  // namespace chronos::live

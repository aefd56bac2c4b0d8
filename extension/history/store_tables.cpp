#include "history/store_tables.hpp"

extern "C" {
#include <access/htup_details.h>
#include <access/stratnum.h>
#include <access/table.h>
#include <catalog/namespace.h>
#include <catalog/pg_collation.h>
#include <miscadmin.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
}

namespace chronos::history {

Oid store_relation(const char* name) {
    const Oid found = get_relname_relid(name, get_namespace_oid("chronos", false));
    if (!OidIsValid(found)) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("relation \"chronos.%s\" does not exist", name)));
    }
    return found;
}

store_scan::store_scan(const char* table, const char* index, ScanKey keys, int count)
    : table_(table_open(store_relation(table), AccessShareLock)),
      snapshot_(RegisterSnapshot(GetLatestSnapshot())),
      scan_(systable_beginscan(table_, index == nullptr ? InvalidOid : store_relation(index),
                               index != nullptr, snapshot_, count, keys)) {}

HeapTuple store_scan::next() {
    CHECK_FOR_INTERRUPTS();
    return systable_getnext(scan_);
}

Datum store_scan::get(HeapTuple tuple, AttrNumber column, bool& is_null) const {
    return heap_getattr(tuple, column, RelationGetDescr(table_), &is_null);
}

void store_scan::close() {
    systable_endscan(scan_);
    UnregisterSnapshot(snapshot_);
    table_close(table_, AccessShareLock);
}

namespace {

// The index holds only facts that are in force, but a server without its indexes reads all.
bool is_in_force(const store_scan& scan, HeapTuple tuple, const pg_uuid_t& line) {
    bool null = false;
    (void)scan.get(tuple, fact_column::until, null);
    if (!null) {
        return false;
    }
    const Datum found = scan.get(tuple, fact_column::timeline, null);
    return !null && memcmp(DatumGetUUIDP(found), &line, sizeof(line)) == 0;
}

fact_row read_fact(const store_scan& scan, HeapTuple tuple) {
    bool null = false;
    fact_row out;
    out.classid = DatumGetObjectId(scan.get(tuple, fact_column::classid, null));
    out.objid = DatumGetObjectId(scan.get(tuple, fact_column::objid, null));
    out.kind = TextDatumGetCString(scan.get(tuple, fact_column::kind, null));
    out.identity = TextDatumGetCString(scan.get(tuple, fact_column::identity, null));
    out.hash = DatumGetByteaPCopy(scan.get(tuple, fact_column::hash, null));
    out.object = DatumGetInt64(scan.get(tuple, fact_column::object, null));
    return out;
}

fact_rows read_facts(store_scan scan, const pg_uuid_t& line) {
    constexpr int kStep = 4;
    fact_rows out{nullptr, 0};
    while (const HeapTuple tuple = scan.next()) {
        if (!is_in_force(scan, tuple, line)) {
            continue;
        }
        if (out.count % kStep == 0) {
            const std::size_t size = sizeof(fact_row) * (out.count + kStep);
            out.items = static_cast<fact_row*>(out.items == nullptr ? palloc(size)
                                                                    : repalloc(out.items, size));
        }
        out.items[out.count++] = read_fact(scan, tuple);
    }
    scan.close();
    return out;
}

void text_key(ScanKeyData& key, AttrNumber column, const char* value) {
    ScanKeyEntryInitialize(&key, 0, column, BTEqualStrategyNumber, InvalidOid,
                           DEFAULT_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(value));
}

}  // namespace

fact_rows newest_facts_of(const pg_uuid_t& line, Oid objid) {
    ScanKeyData key;
    ScanKeyInit(&key, fact_column::objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(objid));
    return read_facts({"fact", "fact_object", &key, 1}, line);
}

fact_rows newest_facts_named(const pg_uuid_t& line, const char* kind, const char* identity) {
    ScanKeyData keys[2];
    text_key(keys[0], fact_column::identity, identity);
    text_key(keys[1], fact_column::kind, kind);
    return read_facts({"fact", "fact_identity", keys, 2}, line);
}

HeapTuple newest_fact(const pg_uuid_t& line, Oid classid, Oid objid, const char* kind) {
    ScanKeyData key;
    ScanKeyInit(&key, fact_column::objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(objid));
    store_scan scan("fact", "fact_object", &key, 1);
    HeapTuple found = nullptr;
    while (const HeapTuple tuple = scan.next()) {
        bool null = false;
        if (is_in_force(scan, tuple, line) &&
            DatumGetObjectId(scan.get(tuple, fact_column::classid, null)) == classid &&
            strcmp(TextDatumGetCString(scan.get(tuple, fact_column::kind, null)), kind) == 0) {
            found = heap_copytuple(tuple);
        }
    }
    scan.close();
    return found;
}

namespace {

store_scan definition_scan(ScanKeyData& key, bytea* hash) {
    ScanKeyInit(&key, definition_column::hash, BTEqualStrategyNumber, F_BYTEAEQ,
                PointerGetDatum(hash));
    return {"definition", "definition_pkey", &key, 1};
}

}  // namespace

Jsonb* stored_definition(bytea* hash) {
    ScanKeyData key;
    store_scan scan = definition_scan(key, hash);
    const HeapTuple tuple = scan.next();
    Jsonb* found = nullptr;
    if (HeapTupleIsValid(tuple)) {
        bool null = false;
        found = DatumGetJsonbPCopy(scan.get(tuple, definition_column::definition, null));
    }
    scan.close();
    return found;
}

bool has_definition(bytea* hash) {
    ScanKeyData key;
    store_scan scan = definition_scan(key, hash);
    const bool found = HeapTupleIsValid(scan.next());
    scan.close();
    return found;
}

}  // namespace chronos::history

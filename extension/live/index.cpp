// chronos.live_index and chronos.live_index_facts.
#include "live/column.hpp"
#include "live/kinds.hpp"

extern "C" {
#include <access/transam.h>
#include <catalog/indexing.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_index.h>
#include <utils/fmgrprotos.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

struct index_needs {
    bool of_constraint = false;
    bool unusual = false;
};

index_needs look_at_needs(Oid index, Oid table) {
    index_needs out;
    rows_of rows = needs_of(RelationRelationId, index);
    while (const HeapTuple tuple = rows.next()) {
        const FormData_pg_depend row = depend_row(tuple);
        out.of_constraint = out.of_constraint || (row.refclassid == ConstraintRelationId &&
                                                  row.deptype == DEPENDENCY_INTERNAL);
        out.unusual =
            out.unusual || ((row.deptype == DEPENDENCY_NORMAL || row.deptype == DEPENDENCY_AUTO) &&
                            row.refobjid >= FirstNormalObjectId && row.refobjid != table);
    }
    rows.close();
    return out;
}

// Only expressions have targets of their own.
bool has_targets(Oid index) {
    rows_of rows(AttributeRelationId, AttributeRelidNumIndexId, Anum_pg_attribute_attrelid, index);
    bool found = false;
    while (const HeapTuple tuple = rows.next()) {
        found = found || has_target(tuple, rows.shape());
    }
    rows.close();
    return found;
}

bool is_unusual_relation(Oid index) {
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple)) {
        return true;
    }
    const auto* const row = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    const bool unusual = row->relispartition || OidIsValid(row->reltablespace);
    ReleaseSysCache(tuple);
    return unusual || is_of_extension(RelationRelationId, index);
}

}  // namespace

bool write_index_facts(jsonb_writer& to, Oid index) {
    const HeapTuple tuple = SearchSysCacheCopy1(INDEXRELID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple) || is_unusual_relation(index)) {
        return false;
    }
    const auto& row = *reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
    if (!heap_attisnull(tuple, Anum_pg_index_indexprs, nullptr) && has_targets(index)) {
        return false;
    }
    if (row.indisclustered || row.indisreplident) {
        to.key("index");
        to.begin_object();
        to.yes("clustered", row.indisclustered);
        to.yes("replica_identity", row.indisreplident);
        to.end_object();
    }
    return true;
}

sight describe_index(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    const HeapTuple found = SearchSysCacheCopy1(INDEXRELID, ObjectIdGetDatum(row.oid));
    if (!HeapTupleIsValid(found)) {
        return sight::nothing;
    }
    const auto& index = *reinterpret_cast<Form_pg_index>(GETSTRUCT(found));
    const index_needs what = look_at_needs(row.oid, index.indrelid);
    const relation_name table = name_relation(index.indrelid);
    const char* const name = qualified_name(row.relnamespace, NameStr(row.relname));
    if (what.of_constraint || table.identity == nullptr || name == nullptr) {
        return sight::nothing;
    }
    if (what.unusual || table.is_unusual || table.relkind == RELKIND_MATVIEW) {
        return sight::unusual;
    }
    const char* const definition = printed_by(pg_get_indexdef, row.oid);
    if (definition == nullptr) {
        return sight::unusual;
    }
    jsonb_writer to;
    to.begin_object();
    to.text("table", table.identity);
    to.text("name", NameStr(row.relname));
    to.text("definition", definition);
    to.yes("invalid", row.relkind == RELKIND_INDEX && !(index.indisvalid && index.indisready));
    if (!write_index_facts(to, row.oid)) {
        return sight::unusual;
    }
    to.text("comment", comment_on(RelationRelationId, row.oid));
    to.key("depends_on");
    to.begin_array();
    to.element(psprintf("%s %s", table.kind, table.identity));
    to.end_array();
    to.end_object();
    out = {"index", name, to.finish()};
    return sight::described;
}

}  // namespace chronos::live

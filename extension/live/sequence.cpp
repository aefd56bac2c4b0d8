// chronos.live_sequence.
#include "live/kinds.hpp"
#include "live/privileges.hpp"

extern "C" {
#include <catalog/pg_attribute.h>
#include <catalog/pg_sequence.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

// The column whose life a sequence shares.
struct owning_column {
    Oid table = InvalidOid;
    AttrNumber number = 0;
    bool is_identity = false;
};

owning_column find_column(Oid sequence) {
    owning_column out;
    rows_of rows = needs_of(RelationRelationId, sequence);
    while (const HeapTuple tuple = rows.next()) {
        const FormData_pg_depend row = depend_row(tuple);
        if (row.objsubid == 0 && row.refclassid == RelationRelationId && row.refobjsubid > 0 &&
            (row.deptype == DEPENDENCY_AUTO || row.deptype == DEPENDENCY_INTERNAL)) {
            out = {row.refobjid, static_cast<AttrNumber>(row.refobjsubid),
                   row.deptype == DEPENDENCY_INTERNAL};
        }
    }
    rows.close();
    return out;
}

// An identity column's generator is made like its table.
void write_persistence(jsonb_writer& to, const owning_column& column, char persistence) {
    if (column.is_identity && get_rel_persistence(column.table) != persistence) {
        to.text("persistence", persistence == RELPERSISTENCE_UNLOGGED ? "unlogged" : "logged");
    }
}

// False if it is unusual.
bool write_column(jsonb_writer& to, const owning_column& column, char persistence, Oid counts_in) {
    const relation_name table = name_relation(column.table);
    const HeapTuple tuple =
        SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(column.table), Int16GetDatum(column.number));
    if (table.identity == nullptr || !HeapTupleIsValid(tuple)) {
        return false;
    }
    const auto& row = *reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    const char* const kind = table.relkind == RELKIND_FOREIGN_TABLE ? "foreign table" : "table";
    to.key("column");
    to.begin_object();
    to.text("table", table.identity);
    to.text("table_kind", kind);
    to.text("name", NameStr(row.attname));
    write_persistence(to, column, persistence);
    // And counts in its column's type, if nobody says otherwise.
    if (column.is_identity && row.atttypid != counts_in) {
        to.text("type", format_type_be(row.atttypid));
    }
    if (column.is_identity) {
        to.text("identity", row.attidentity == ATTRIBUTE_IDENTITY_ALWAYS ? "always" : "by default");
    }
    to.end_object();
    if (column.is_identity) {
        to.key("depends_on");
        to.begin_array();
        to.element(psprintf("%s %s", kind, table.identity));
        to.end_array();
    }
    return true;
}

void write_parameters(jsonb_writer& to, const FormData_pg_sequence& row) {
    to.text("type", format_type_be(row.seqtypid));
    to.number("start", row.seqstart);
    to.number("increment", row.seqincrement);
    to.number("minimum", row.seqmin);
    to.number("maximum", row.seqmax);
    to.number("cache", row.seqcache);
    to.yes("cycle", row.seqcycle);
}

}  // namespace

sight describe_sequence(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    const HeapTuple found = SearchSysCacheCopy1(SEQRELID, ObjectIdGetDatum(row.oid));
    const char* const name = row.relpersistence == RELPERSISTENCE_TEMP
                                 ? nullptr
                                 : qualified_name(row.relnamespace, NameStr(row.relname));
    if (!HeapTupleIsValid(found) || name == nullptr) {
        return sight::nothing;
    }
    const char* const owner = GetUserNameFromId(row.relowner, true);
    if (owner == nullptr) {
        return sight::unusual;
    }
    jsonb_writer to;
    to.begin_object();
    to.text("owner", owner);
    if (row.relpersistence == RELPERSISTENCE_UNLOGGED) {
        to.text("persistence", "unlogged");
    }
    const auto& parameters = *reinterpret_cast<Form_pg_sequence>(GETSTRUCT(found));
    write_parameters(to, parameters);
    to.text("comment", comment_on(RelationRelationId, row.oid));
    const owning_column column = find_column(row.oid);
    if (OidIsValid(column.table) &&
        !write_column(to, column, row.relpersistence, parameters.seqtypid)) {
        return sight::unusual;
    }
    bool no_grants = false;
    const Datum grants = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &no_grants);
    if (!write_privileges(to, OBJECT_SEQUENCE, grants, no_grants, row.relowner)) {
        return sight::unusual;
    }
    to.end_object();
    out = {"sequence", name, to.finish()};
    return sight::described;
}

}  // namespace chronos::live

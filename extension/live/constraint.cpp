// chronos.live_constraint.
#include "live/kinds.hpp"
#include "live/needs.hpp"

extern "C" {
#include <catalog/pg_constraint.h>
#include <utils/fmgrprotos.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

// Null: the views show no such constraint.
const char* type_of(const FormData_pg_constraint& row) {
    switch (row.contype) {
        case CONSTRAINT_PRIMARY:
            return "primary key";
        case CONSTRAINT_UNIQUE:
            return "unique";
        case CONSTRAINT_FOREIGN:
            return OidIsValid(row.conparentid) ? nullptr : "foreign key";
        case CONSTRAINT_CHECK:
            return "check";
        case CONSTRAINT_EXCLUSION:
            return "exclude";
        default:
            return nullptr;
    }
}

bool has_index(const FormData_pg_constraint& row) {
    return row.contype == CONSTRAINT_PRIMARY || row.contype == CONSTRAINT_UNIQUE ||
           row.contype == CONSTRAINT_EXCLUSION;
}

// False if it is unusual.
bool write_index(jsonb_writer& to, Oid index) {
    const HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple)) {
        return false;
    }
    const auto& row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    to.text("index_name", qualified_name(row.relnamespace, NameStr(row.relname)));
    bool null = false;
    const Datum options = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &null);
    write_texts(to, "index_options", options, null);
    to.text("index_comment", comment_on(RelationRelationId, index));
    return write_index_facts(to, index);
}

// Expressions may need what vanishes with a session.
bool is_plain(const FormData_pg_constraint& row, const needs& what) {
    const bool has_expressions =
        row.contype == CONSTRAINT_CHECK || row.contype == CONSTRAINT_EXCLUSION;
    return !what.is_unusual && !(has_expressions && what.keys != NIL) &&
           !(row.contype == CONSTRAINT_CHECK && !row.conislocal && row.convalidated);
}

}  // namespace

sight describe_constraint(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    const char* const type = OidIsValid(row.conrelid) ? type_of(row) : nullptr;
    const relation_name table = type == nullptr ? relation_name() : name_relation(row.conrelid);
    if (table.identity == nullptr) {
        return sight::nothing;
    }
    const needs what = read_needs(ConstraintRelationId, row.oid, row.conrelid);
    if (table.relkind != RELKIND_RELATION || table.is_unusual || !is_plain(row, what)) {
        return sight::unusual;
    }
    const char* const definition = printed_by(pg_get_constraintdef, row.oid);
    if (definition == nullptr) {
        return sight::unusual;
    }
    jsonb_writer to;
    to.begin_object();
    to.text("table", table.identity);
    to.text("type", type);
    to.text("name", NameStr(row.conname));
    to.text("definition", definition);
    to.yes("inherited", row.contype == CONSTRAINT_CHECK && !row.conislocal);
    if (has_index(row) && !write_index(to, row.conindid)) {
        return sight::unusual;
    }
    to.text("comment", comment_on(ConstraintRelationId, row.oid));
    write_needs(to, psprintf("%s %s", table.kind, table.identity), what);
    to.end_object();
    out = {"constraint",
           psprintf("%s on %s", quote_identifier(NameStr(row.conname)), table.identity),
           to.finish()};
    return sight::described;
}

}  // namespace chronos::live

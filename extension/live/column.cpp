#include "live/column.hpp"

#include "live/privileges.hpp"

extern "C" {
#include <catalog/indexing.h>
#include <catalog/pg_attrdef.h>
#include <catalog/pg_attribute.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_description.h>
#include <catalog/pg_type.h>
#include <utils/fmgrprotos.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

// Some servers keep a pg_attver of their own there.
bool has_options(HeapTuple tuple, TupleDesc shape) {
    bool null = false;
    const Datum found = heap_getattr(tuple, Anum_pg_attribute_attoptions, shape, &null);
    if (null) {
        return false;
    }
    Datum* items = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(found), TEXTOID, -1, false, TYPALIGN_INT, &items, nullptr,
                      &count);
    return count != 1 || strncmp(TextDatumGetCString(items[0]), "pg_attver=", 10) != 0;
}

#if PG_VERSION_NUM >= 180000
// Since 18 NOT NULL is a constraint with a name and a state of its own.
bool is_usual_not_null(const FormData_pg_attribute& column) {
    const HeapTuple tuple = findNotNullConstraintAttnum(column.attrelid, column.attnum);
    if (!HeapTupleIsValid(tuple)) {
        return false;
    }
    const auto* const row = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    const char* const usual =
        psprintf("%s_%s_not_null", get_rel_name(column.attrelid), NameStr(column.attname));
    return strcmp(usual, NameStr(row->conname)) == 0 && row->conislocal && row->convalidated &&
           !row->connoinherit && comment_on(ConstraintRelationId, row->oid) == nullptr;
}
#else
bool is_usual_not_null(const FormData_pg_attribute&) { return true; }
#endif

bool is_plain_column(HeapTuple tuple, TupleDesc shape) {
    const auto& column = *reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    const HeapTuple type = SearchSysCache1(TYPEOID, ObjectIdGetDatum(column.atttypid));
    if (!HeapTupleIsValid(type)) {
        return false;
    }
    const auto* const its = reinterpret_cast<Form_pg_type>(GETSTRUCT(type));
    const bool usual =
        column.attcollation == its->typcollation && column.attstorage == its->typstorage;
    ReleaseSysCache(type);
    return usual && column.attgenerated == '\0' && column.attcompression == '\0' &&
           is_null(tuple, Anum_pg_attribute_attfdwoptions, shape) && !has_options(tuple, shape) &&
           !has_target(tuple, shape) && (!column.attnotnull || is_usual_not_null(column));
}

const char* default_of(Oid relation, AttrNumber number) {
    rows_of rows(AttrDefaultRelationId, AttrDefaultIndexId, Anum_pg_attrdef_adrelid, relation);
    const char* found = nullptr;
    while (const HeapTuple tuple = rows.next()) {
        const auto* const row = reinterpret_cast<Form_pg_attrdef>(GETSTRUCT(tuple));
        bool null = false;
        const Datum expression = heap_getattr(tuple, Anum_pg_attrdef_adbin, rows.shape(), &null);
        if (row->adnum == number && !null) {
            found = printed_expression(expression, relation);
        }
    }
    rows.close();
    return found;
}

// Without a look at each column, since few tables have any.
bool has_column_comments(Oid relation) {
    rows_of rows(DescriptionRelationId, DescriptionObjIndexId, Anum_pg_description_objoid, relation,
                 Anum_pg_description_classoid, RelationRelationId);
    bool found = false;
    while (const HeapTuple tuple = rows.next()) {
        found = found || reinterpret_cast<Form_pg_description>(GETSTRUCT(tuple))->objsubid != 0;
    }
    rows.close();
    return found;
}

// False if it has a grant to an unknown role.
bool write_column(jsonb_writer& to, HeapTuple tuple, TupleDesc shape, bool commented, Oid owner) {
    const auto& column = *reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    to.begin_object();
    // A copy: the page of the row is let go before the end.
    to.text("name", pstrdup(NameStr(column.attname)));
    to.text("type",
            TextDatumGetCString(DirectFunctionCall2(format_type, ObjectIdGetDatum(column.atttypid),
                                                    Int32GetDatum(column.atttypmod))));
    to.yes("not_null", column.attnotnull);
    if (column.atthasdef) {
        to.text("default", default_of(column.attrelid, column.attnum));
    }
    if (column.attidentity != '\0') {
        to.text("identity",
                column.attidentity == ATTRIBUTE_IDENTITY_ALWAYS ? "always" : "by default");
    }
    to.yes("inherited", !column.attislocal);
    if (commented) {
        to.text("comment", comment_on(RelationRelationId, column.attrelid, column.attnum));
    }
    bool no_grants = false;
    const Datum grants = heap_getattr(tuple, Anum_pg_attribute_attacl, shape, &no_grants);
    const bool known = write_privileges(to, OBJECT_COLUMN, grants, no_grants, owner);
    to.end_object();
    return known;
}

}  // namespace

bool has_target(HeapTuple attribute, TupleDesc shape) {
    bool null = false;
    const Datum found = heap_getattr(attribute, Anum_pg_attribute_attstattarget, shape, &null);
#if PG_VERSION_NUM >= 160000
    return !null && DatumGetInt16(found) != -1;
#else
    return !null && DatumGetInt32(found) != -1;
#endif
}

bool write_columns(jsonb_writer& to, const char* name, Oid relation, Oid owner) {
    const bool commented = has_column_comments(relation);
    rows_of rows(AttributeRelationId, AttributeRelidNumIndexId, Anum_pg_attribute_attrelid,
                 relation);
    bool plain = true;
    to.key(name);
    to.begin_array();
    while (const HeapTuple tuple = rows.next()) {
        const auto* const column = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
        if (column->attnum <= 0 || column->attisdropped) {
            continue;
        }
        plain = is_plain_column(tuple, rows.shape()) &&
                write_column(to, tuple, rows.shape(), commented, owner);
        if (!plain) {
            break;
        }
    }
    rows.close();
    to.end_array();
    return plain;
}

}  // namespace chronos::live

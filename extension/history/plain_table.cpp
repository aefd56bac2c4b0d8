// chronos.plain_table(): what chronos.live_table shows of a table that has nothing unusual about
// it, straight from the catalogue: starting the view's plan costs more than all the rest of a
// commit. What it does not know it leaves to the view; sql/plain_table.sql compares the two.
#include "backend/door.hpp"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/dependency.h>
#include <catalog/indexing.h>
#include <catalog/pg_am_d.h>
#include <catalog/pg_attrdef.h>
#include <catalog/pg_attribute.h>
#include <catalog/pg_class.h>
#include <catalog/pg_depend.h>
#include <catalog/pg_description.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_type.h>
#include <funcapi.h>
#include <utils/array.h>
#include <utils/fmgroids.h>
#include <utils/fmgrprotos.h>
#include <utils/jsonb.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/syscache.h>
}

// Everything here runs inside one call(): plain data only.
namespace {

using chronos::backend::call;

JsonbValue string_value(const char* text) {
    JsonbValue out;
    out.type = jbvString;
    out.val.string.val = const_cast<char*>(text);
    out.val.string.len = static_cast<int>(strlen(text));
    return out;
}

struct writer {
    JsonbParseState* state = nullptr;

    void begin(JsonbIteratorToken token) { pushJsonbValue(&state, token, nullptr); }
    JsonbValue* end(JsonbIteratorToken token) { return pushJsonbValue(&state, token, nullptr); }
    void key(const char* name) {
        JsonbValue value = string_value(name);
        pushJsonbValue(&state, WJB_KEY, &value);
    }
    void element(const char* text) {
        JsonbValue value = string_value(text);
        pushJsonbValue(&state, WJB_ELEM, &value);
    }
    void text(const char* name, const char* text) {
        key(name);
        JsonbValue value = string_value(text);
        pushJsonbValue(&state, WJB_VALUE, &value);
    }
    void yes(const char* name) {
        key(name);
        JsonbValue value;
        value.type = jbvBool;
        value.val.boolean = true;
        pushJsonbValue(&state, WJB_VALUE, &value);
    }
};

// A scan by one index over the rows of one object.
struct rows_of {
    Relation catalog;
    SysScanDesc scan;

    rows_of(Oid relation, Oid index, AttrNumber first, Oid value, AttrNumber second = 0,
            Oid second_value = InvalidOid) {
        ScanKeyData keys[2];
        ScanKeyInit(&keys[0], first, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
        if (second != 0) {
            ScanKeyInit(&keys[1], second, BTEqualStrategyNumber, F_OIDEQ,
                        ObjectIdGetDatum(second_value));
        }
        catalog = table_open(relation, AccessShareLock);
        scan = systable_beginscan(catalog, index, true, nullptr, second == 0 ? 1 : 2, keys);
    }
    HeapTuple next() { return systable_getnext(scan); }
    void close() {
        systable_endscan(scan);
        table_close(catalog, AccessShareLock);
    }
};

bool has_row(rows_of rows) {
    const bool found = HeapTupleIsValid(rows.next());
    rows.close();
    return found;
}

// Of an extension, or made of what somebody defined.
bool needs_something(Oid relation) {
    rows_of rows(DependRelationId, DependDependerIndexId, Anum_pg_depend_classid,
                 RelationRelationId, Anum_pg_depend_objid, relation);
    bool found = false;
    while (const HeapTuple tuple = rows.next()) {
        const auto* const row = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        found = found || row->deptype == DEPENDENCY_EXTENSION ||
                (row->refobjid >= FirstNormalObjectId && row->refclassid != NamespaceRelationId);
    }
    rows.close();
    return found;
}

bool is_null(HeapTuple tuple, AttrNumber column, TupleDesc shape) {
    return heap_attisnull(tuple, column, shape);
}

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

bool has_target(HeapTuple tuple, TupleDesc shape) {
    bool null = false;
    const Datum found = heap_getattr(tuple, Anum_pg_attribute_attstattarget, shape, &null);
#if PG_VERSION_NUM >= 160000
    return !null && DatumGetInt16(found) != -1;
#else
    return !null && DatumGetInt32(found) != -1;
#endif
}

bool is_plain_column(HeapTuple tuple, TupleDesc shape) {
    const auto* const column = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    const HeapTuple type = SearchSysCache1(TYPEOID, ObjectIdGetDatum(column->atttypid));
    if (!HeapTupleIsValid(type)) {
        return false;
    }
    const auto* const its = reinterpret_cast<Form_pg_type>(GETSTRUCT(type));
    const bool usual =
        column->attcollation == its->typcollation && column->attstorage == its->typstorage;
    ReleaseSysCache(type);
    // Since 18 NOT NULL is a constraint with a name.
    return usual && column->attgenerated == '\0' && column->attcompression == '\0' &&
           column->attislocal && !(PG_VERSION_NUM >= 180000 && column->attnotnull) &&
           is_null(tuple, Anum_pg_attribute_attacl, shape) &&
           is_null(tuple, Anum_pg_attribute_attfdwoptions, shape) && !has_options(tuple, shape) &&
           !has_target(tuple, shape);
}

const char* default_of(Oid relation, AttrNumber number) {
    rows_of rows(AttrDefaultRelationId, AttrDefaultIndexId, Anum_pg_attrdef_adrelid, relation);
    const char* found = nullptr;
    while (const HeapTuple tuple = rows.next()) {
        const auto* const row = reinterpret_cast<Form_pg_attrdef>(GETSTRUCT(tuple));
        bool null = false;
        const Datum expression =
            heap_getattr(tuple, Anum_pg_attrdef_adbin, RelationGetDescr(rows.catalog), &null);
        if (row->adnum == number && !null) {
            found = TextDatumGetCString(
                DirectFunctionCall2(pg_get_expr, expression, ObjectIdGetDatum(relation)));
        }
    }
    rows.close();
    return found;
}

void write_column(writer& to, const FormData_pg_attribute& column) {
    to.begin(WJB_BEGIN_OBJECT);
    to.text("name",
            pstrdup(NameStr(column.attname)));  // the page of the row is let go before the end
    to.text("type",
            TextDatumGetCString(DirectFunctionCall2(format_type, ObjectIdGetDatum(column.atttypid),
                                                    Int32GetDatum(column.atttypmod))));
    if (column.attnotnull) {
        to.yes("not_null");
    }
    const char* const expression =
        column.atthasdef ? default_of(column.attrelid, column.attnum) : nullptr;
    if (expression != nullptr) {
        to.text("default", expression);
    }
    if (column.attidentity != '\0') {
        to.text("identity",
                column.attidentity == ATTRIBUTE_IDENTITY_ALWAYS ? "always" : "by default");
    }
    to.end(WJB_END_OBJECT);
}

// False if a column is not plain.
bool write_columns(writer& to, Oid relation) {
    rows_of rows(AttributeRelationId, AttributeRelidNumIndexId, Anum_pg_attribute_attrelid,
                 relation);
    const TupleDesc shape = RelationGetDescr(rows.catalog);
    bool plain = true;
    to.key("columns");
    to.begin(WJB_BEGIN_ARRAY);
    while (const HeapTuple tuple = rows.next()) {
        const auto* const column = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
        if (column->attnum <= 0 || column->attisdropped) {
            continue;
        }
        plain = plain && is_plain_column(tuple, shape);
        if (!plain) {
            break;
        }
        write_column(to, *column);
    }
    rows.close();
    to.end(WJB_END_ARRAY);
    return plain;
}

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
    return row.relkind == RELKIND_RELATION && row.relpersistence != RELPERSISTENCE_TEMP &&
           row.reloftype == InvalidOid && !row.relispartition && row.relam == HEAP_TABLE_AM_OID &&
           row.reltablespace == InvalidOid &&
           !(OidIsValid(row.reltoastrelid) && has_relation_options(row.reltoastrelid)) &&
           !needs_something(row.oid) &&
           !has_row({InheritsRelationId, InheritsRelidSeqnoIndexId, Anum_pg_inherits_inhrelid,
                     row.oid}) &&
           !has_row({DescriptionRelationId, DescriptionObjIndexId, Anum_pg_description_objoid,
                     row.oid, Anum_pg_description_classoid, RelationRelationId});
}

void write_options(writer& to, HeapTuple tuple) {
    bool null = false;
    const Datum found = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &null);
    if (null) {
        return;
    }
    Datum* items = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(found), TEXTOID, -1, false, TYPALIGN_INT, &items, nullptr,
                      &count);
    to.key("options");
    to.begin(WJB_BEGIN_ARRAY);
    for (int i = 0; i < count; ++i) {
        to.element(TextDatumGetCString(items[i]));
    }
    to.end(WJB_END_ARRAY);
}

bool is_watched_schema(const char* name) {
    return name != nullptr && strcmp(name, "information_schema") != 0 &&
           strcmp(name, "chronos") != 0 && strncmp(name, "pg_", 3) != 0;
}

// Null if the view has to do it.
JsonbValue* describe(HeapTuple tuple) {
    const auto& row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    bool no_grants = false;
    (void)SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &no_grants);
    const char* const owner = GetUserNameFromId(row.relowner, true);
    if (!no_grants || owner == nullptr || !is_plain(row)) {
        return nullptr;
    }
    writer to;
    to.begin(WJB_BEGIN_OBJECT);
    to.text("owner", owner);
    if (row.relpersistence == RELPERSISTENCE_UNLOGGED) {
        to.text("persistence", "unlogged");
    }
    if (!write_columns(to, row.oid)) {
        return nullptr;
    }
    write_options(to, tuple);
    if (row.relrowsecurity) {
        to.yes("row_security");
    }
    if (row.relforcerowsecurity) {
        to.yes("force_row_security");
    }
    if (row.relreplident == REPLICA_IDENTITY_FULL || row.relreplident == REPLICA_IDENTITY_NOTHING) {
        to.text("replica_identity", row.relreplident == REPLICA_IDENTITY_FULL ? "full" : "nothing");
    }
    return to.end(WJB_END_OBJECT);
}

struct description {
    Datum identity;
    Datum definition;
    bool is_plain;
};

description describe(Oid relation) {
    description out{};
    const HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) {
        return out;
    }
    const auto& row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    const char* const schema = get_namespace_name(row.relnamespace);
    JsonbValue* const found = is_watched_schema(schema) ? describe(tuple) : nullptr;
    if (found != nullptr) {
        out.identity =
            CStringGetTextDatum(quote_qualified_identifier(schema, NameStr(row.relname)));
        out.definition = JsonbPGetDatum(JsonbValueToJsonb(found));
        out.is_plain = true;
    }
    return out;
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_plain_table)
{
    const Oid relation = PG_GETARG_OID(0);
    return call([fcinfo, relation] {
        TupleDesc shape = nullptr;
        if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
            elog(ERROR, "return type must be a row type");
        }
        const description found = describe(relation);
        Datum values[] = {found.identity, found.definition};
        bool nulls[] = {!found.is_plain, !found.is_plain};
        return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
    });
}

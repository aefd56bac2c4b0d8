#include "live/catalog.hpp"

extern "C" {
#include <catalog/indexing.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_seclabel.h>
#include <catalog/pg_type.h>
#include <commands/comment.h>
#include <utils/fmgrprotos.h>
#include <utils/lsyscache.h>
#include <utils/regproc.h>
#include <utils/syscache.h>
}

namespace chronos::live {

rows_of::rows_of(Oid catalog, Oid index, AttrNumber first, Oid value, AttrNumber second,
                 Oid second_value)
    : catalog_(table_open(catalog, AccessShareLock)), scan_(nullptr) {
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], first, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
    if (second != 0) {
        ScanKeyInit(&keys[1], second, BTEqualStrategyNumber, F_OIDEQ,
                    ObjectIdGetDatum(second_value));
    }
    scan_ = systable_beginscan(catalog_, index, true, nullptr, second == 0 ? 1 : 2, keys);
}

void rows_of::close() {
    systable_endscan(scan_);
    table_close(catalog_, AccessShareLock);
}

bool has_row(rows_of rows) {
    const bool found = HeapTupleIsValid(rows.next());
    rows.close();
    return found;
}

rows_of needs_of(Oid classid, Oid objid) {
    return {DependRelationId, DependDependerIndexId, Anum_pg_depend_classid,
            classid,          Anum_pg_depend_objid,  objid};
}

bool is_watched_schema(const char* name) {
    return name != nullptr && strcmp(name, "information_schema") != 0 &&
           strcmp(name, "chronos") != 0 && strncmp(name, "pg_", 3) != 0;
}

const char* qualified_name(Oid schema, const char* name) {
    const char* const of = get_namespace_name(schema);
    return is_watched_schema(of) ? quote_qualified_identifier(of, name) : nullptr;
}

bool is_of_extension(Oid classid, Oid objid) {
    rows_of rows = needs_of(classid, objid);
    bool found = false;
    while (const HeapTuple tuple = rows.next()) {
        const char type = depend_row(tuple).deptype;
        found = found || type == DEPENDENCY_EXTENSION || type == DEPENDENCY_AUTO_EXTENSION;
    }
    rows.close();
    return found;
}

bool has_security_label(Oid classid, Oid objid) {
    return has_row({SecLabelRelationId, SecLabelObjectIndexId, Anum_pg_seclabel_objoid, objid,
                    Anum_pg_seclabel_classoid, classid});
}

const char* comment_on(Oid classid, Oid objid, int column) {
    return GetComment(objid, classid, column);
}

namespace {

const char* kind_of(char relkind) {
    switch (relkind) {
        case RELKIND_VIEW:
            return "view";
        case RELKIND_MATVIEW:
            return "materialized view";
        case RELKIND_SEQUENCE:
            return "sequence";
        case RELKIND_FOREIGN_TABLE:
            return "foreign table";
        case RELKIND_RELATION:
        case RELKIND_PARTITIONED_TABLE:
            return "table";
        case RELKIND_COMPOSITE_TYPE:
            return "type";
        default:
            return nullptr;
    }
}

const char* constraint_key(Oid constraint) {
    const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) {
        return nullptr;
    }
    const auto* const row = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    const relation_name on = name_relation(row->conrelid);
    const char* const key =
        on.identity == nullptr
            ? nullptr
            : psprintf("constraint %s on %s", quote_identifier(NameStr(row->conname)), on.identity);
    ReleaseSysCache(tuple);
    return key;
}

// A row type is its relation, an array its element, a multirange its range.
const char* type_key(Oid type) {
    const Oid element = get_element_type(type);
    const Oid base = OidIsValid(element) ? element : type;
    const Oid range = get_multirange_range(base);
    const Oid named = OidIsValid(range) ? range : base;
    const Oid relation = get_typ_typrelid(named);
    if (OidIsValid(relation)) {
        return object_key(RelationRelationId, relation);
    }
    const HeapTuple tuple = SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(named));
    if (!HeapTupleIsValid(tuple)) {
        return nullptr;
    }
    const auto* const row = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    const char* const name = qualified_name(row->typnamespace, NameStr(row->typname));
    return name == nullptr ? nullptr : psprintf("type %s", name);
}

const char* function_key(Oid function) {
    if (!is_watched_schema(get_namespace_name(get_func_namespace(function)))) {
        return nullptr;
    }
    const char kind = get_func_prokind(function);
    const char* const word = kind == PROKIND_AGGREGATE   ? "aggregate"
                             : kind == PROKIND_PROCEDURE ? "procedure"
                                                         : "function";
    return psprintf("%s %s", word, format_procedure(function));
}

const char* relation_key(const FormData_pg_class& row) {
    const char* const kind = kind_of(row.relkind);
    const bool is_index = row.relkind == RELKIND_INDEX || row.relkind == RELKIND_PARTITIONED_INDEX;
    if (kind == nullptr && !is_index) {
        return nullptr;
    }
    const Oid constraint = is_index ? get_index_constraint(row.oid) : InvalidOid;
    if (OidIsValid(constraint)) {
        return constraint_key(constraint);
    }
    const char* const name = qualified_name(row.relnamespace, NameStr(row.relname));
    return name == nullptr ? nullptr : psprintf("%s %s", is_index ? "index" : kind, name);
}

}  // namespace

relation_name name_relation(Oid relation) {
    relation_name out;
    const HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) {
        return out;
    }
    const auto& row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    out.relkind = row.relkind;
    out.kind = kind_of(row.relkind);
    out.is_unusual = row.reloftype != InvalidOid || is_of_extension(RelationRelationId, relation);
    if (out.kind != nullptr && row.relpersistence != RELPERSISTENCE_TEMP) {
        out.identity = qualified_name(row.relnamespace, NameStr(row.relname));
    }
    return out;
}

const char* object_key(Oid classid, Oid objid) {
    if (classid == ConstraintRelationId) {
        return constraint_key(objid);
    }
    if (classid == TypeRelationId) {
        return type_key(objid);
    }
    if (classid == ProcedureRelationId) {
        return function_key(objid);
    }
    if (classid != RelationRelationId) {
        return nullptr;
    }
    const HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(objid));
    return HeapTupleIsValid(tuple)
               ? relation_key(*reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple)))
               : nullptr;
}

char* printed_by(PGFunction function, Oid objid) {
    LOCAL_FCINFO(asked, 1);
    InitFunctionCallInfoData(*asked, nullptr, 1, InvalidOid, nullptr, nullptr);
    asked->args[0] = {ObjectIdGetDatum(objid), false};
    const Datum found = function(asked);
    return asked->isnull ? nullptr : TextDatumGetCString(found);
}

char* printed_expression(Datum expression, Oid relation) {
    LOCAL_FCINFO(asked, 2);
    InitFunctionCallInfoData(*asked, nullptr, 2, InvalidOid, nullptr, nullptr);
    asked->args[0] = {expression, false};
    asked->args[1] = {ObjectIdGetDatum(relation), false};
    const Datum found = pg_get_expr(asked);
    return asked->isnull ? nullptr : TextDatumGetCString(found);
}

void write_texts(jsonb_writer& to, const char* name, Datum texts, bool is_null) {
    if (is_null) {
        return;
    }
    Datum* items = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(texts), TEXTOID, -1, false, TYPALIGN_INT, &items, nullptr,
                      &count);
    to.key(name);
    to.begin_array();
    for (int i = 0; i < count; ++i) {
        to.element(TextDatumGetCString(items[i]));
    }
    to.end_array();
}

}  // namespace chronos::live

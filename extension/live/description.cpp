#include "live/description.hpp"

#include "live/kinds.hpp"

extern "C" {
#include <access/transam.h>
#include <catalog/indexing.h>
#include <catalog/pg_attrdef.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_index.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_rewrite.h>
#include <catalog/pg_sequence.h>
#include <catalog/pg_trigger.h>
#include <catalog/pg_type.h>
#include <lib/stringinfo.h>
#include <mb/pg_wchar.h>
#include <utils/fmgrprotos.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

using describe_kind = sight (*)(HeapTuple, description&);

// Null: the views show no relation of this kind.
describe_kind of_relation(char relkind) {
    switch (relkind) {
        case RELKIND_RELATION:
        case RELKIND_PARTITIONED_TABLE:
        case RELKIND_FOREIGN_TABLE:
            return describe_table;
        case RELKIND_VIEW:
        case RELKIND_MATVIEW:
            return describe_view;
        case RELKIND_SEQUENCE:
            return describe_sequence;
        case RELKIND_INDEX:
        case RELKIND_PARTITIONED_INDEX:
            return describe_index;
        default:
            return nullptr;
    }
}

sight describe_relation(HeapTuple row, description& out) {
    const describe_kind kind =
        of_relation(reinterpret_cast<Form_pg_class>(GETSTRUCT(row))->relkind);
    return kind == nullptr ? sight::nothing : kind(row, out);
}

HeapTuple row_by_index(Oid catalog, Oid index, AttrNumber column, Oid objid) {
    rows_of rows(catalog, index, column, objid);
    const HeapTuple found = rows.next();
    const HeapTuple copy = HeapTupleIsValid(found) ? heap_copytuple(found) : nullptr;
    rows.close();
    return copy;
}

// A row of its own, and who describes it; no function: the views alone, or nothing of its own.
struct lookup {
    HeapTuple row = nullptr;
    describe_kind describe = nullptr;
    bool is_unknown = false;
};

lookup look_up(Oid classid, Oid objid) {
    switch (classid) {
        case RelationRelationId:
            return {SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(objid)), describe_relation};
        case ConstraintRelationId:
            return {SearchSysCacheCopy1(CONSTROID, ObjectIdGetDatum(objid)), describe_constraint};
        case TypeRelationId:
            return {SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(objid)), describe_type};
        case ProcedureRelationId:
            return {SearchSysCacheCopy1(PROCOID, ObjectIdGetDatum(objid)), describe_function};
        case NamespaceRelationId:
            return {SearchSysCacheCopy1(NAMESPACEOID, ObjectIdGetDatum(objid)), describe_schema};
        case TriggerRelationId:
            return {row_by_index(classid, TriggerOidIndexId, Anum_pg_trigger_oid, objid),
                    describe_trigger};
        case AttrDefaultRelationId:
        case IndexRelationId:
        case InheritsRelationId:
        case SequenceRelationId:
            return {};
        default: {
            lookup out;
            out.is_unknown = true;
            return out;
        }
    }
}

// Only a rule with a name of its own is an object.
bool is_rule(Oid objid) {
    const HeapTuple row =
        row_by_index(RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_oid, objid);
    return HeapTupleIsValid(row) &&
           strcmp(NameStr(reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(row))->rulename),
                  "_RETURN") != 0;
}

}  // namespace

sight describe(Oid classid, Oid objid, description& out) {
    // What is said of the server's own objects and of extensions' members are their privileges.
    if (objid < FirstNormalObjectId) {
        return sight::unusual;
    }
    if (classid == RewriteRelationId) {
        return is_rule(objid) ? sight::unusual : sight::nothing;
    }
    const lookup found = look_up(classid, objid);
    if (found.is_unknown) {
        return sight::unusual;
    }
    if (!HeapTupleIsValid(found.row)) {
        return sight::nothing;
    }
    if (is_of_extension(classid, objid) || has_security_label(classid, objid)) {
        return sight::unusual;
    }
    return found.describe(found.row, out);
}

bool exists(Oid classid, Oid objid) {
    const lookup found = look_up(classid, objid);
    return found.describe == nullptr || HeapTupleIsValid(found.row);
}

bytea* hash_of(const description& what) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "%s\n%s\n", what.kind, what.identity);
    (void)JsonbToCString(&text, &what.definition->root, VARSIZE(what.definition));
    Datum bytes = PointerGetDatum(cstring_to_text_with_len(text.data, text.len));
    if (GetDatabaseEncoding() != PG_UTF8) {
        NameData utf8{};
        namestrcpy(&utf8, "UTF8");
        bytes = DirectFunctionCall2(pg_convert_to, bytes, NameGetDatum(&utf8));
    }
    return DatumGetByteaP(DirectFunctionCall1(sha256_bytea, bytes));
}

}  // namespace chronos::live

#include "capture/ownership.hpp"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <catalog/pg_amop.h>
#include <catalog/pg_amproc.h>
#include <catalog/pg_attrdef.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_index.h>
#include <catalog/pg_largeobject.h>
#include <catalog/pg_largeobject_metadata.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_opfamily.h>
#include <catalog/pg_policy.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_publication.h>
#include <catalog/pg_publication_namespace.h>
#include <catalog/pg_publication_rel.h>
#include <catalog/pg_rewrite.h>
#include <catalog/pg_statistic_ext.h>
#include <catalog/pg_trigger.h>
#include <catalog/pg_type.h>
#include <commands/comment.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/syscache.h>
}

namespace chronos::capture {

namespace {

struct part_catalog {
    Oid catalog;
    Oid index;
    AttrNumber oid_column;
    AttrNumber owner_column;
    Oid owner_catalog;
};

constexpr part_catalog kParts[] = {
    {AttrDefaultRelationId, AttrDefaultOidIndexId, Anum_pg_attrdef_oid, Anum_pg_attrdef_adrelid,
     RelationRelationId},
    {ConstraintRelationId, ConstraintOidIndexId, Anum_pg_constraint_oid,
     Anum_pg_constraint_conrelid, RelationRelationId},
    {ConstraintRelationId, ConstraintOidIndexId, Anum_pg_constraint_oid,
     Anum_pg_constraint_contypid, TypeRelationId},
    {TriggerRelationId, TriggerOidIndexId, Anum_pg_trigger_oid, Anum_pg_trigger_tgrelid,
     RelationRelationId},
    {RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_oid, Anum_pg_rewrite_ev_class,
     RelationRelationId},
    {PolicyRelationId, PolicyOidIndexId, Anum_pg_policy_oid, Anum_pg_policy_polrelid,
     RelationRelationId},
    {StatisticExtRelationId, StatisticExtOidIndexId, Anum_pg_statistic_ext_oid,
     Anum_pg_statistic_ext_stxrelid, RelationRelationId},
    {PublicationRelRelationId, PublicationRelObjectIndexId, Anum_pg_publication_rel_oid,
     Anum_pg_publication_rel_prpubid, PublicationRelationId},
    {PublicationNamespaceRelationId, PublicationNamespaceObjectIndexId,
     Anum_pg_publication_namespace_oid, Anum_pg_publication_namespace_pnpubid,
     PublicationRelationId},
    {AccessMethodOperatorRelationId, AccessMethodOperatorOidIndexId, Anum_pg_amop_oid,
     Anum_pg_amop_amopfamily, OperatorFamilyRelationId},
    {AccessMethodProcedureRelationId, AccessMethodProcedureOidIndexId, Anum_pg_amproc_oid,
     Anum_pg_amproc_amprocfamily, OperatorFamilyRelationId},
};

Oid read_owner(const part_catalog& part, Oid objid) {
    Oid found = InvalidOid;
    const Relation catalog = table_open(part.catalog, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, part.oid_column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(objid));
    const SysScanDesc scan = systable_beginscan(catalog, part.index, true, nullptr, 1, &key);
    const HeapTuple tuple = systable_getnext(scan);
    if (HeapTupleIsValid(tuple)) {
        bool is_null = false;
        const Datum value =
            heap_getattr(tuple, part.owner_column, RelationGetDescr(catalog), &is_null);
        found = is_null ? InvalidOid : DatumGetObjectId(value);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return found;
}

bool is_unwatched_schema(Oid schema) {
    return schema == PG_TOAST_NAMESPACE || isAnyTempNamespace(schema) ||
           schema == get_namespace_oid("chronos", true);
}

bool is_unwatched_relation(Oid relation) {
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) {
        return false;
    }
    const auto* const row = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    const bool temporary = row->relpersistence == RELPERSISTENCE_TEMP;
    const Oid schema = row->relnamespace;
    ReleaseSysCache(tuple);
    return temporary || is_unwatched_schema(schema);
}

bool is_unwatched_type(Oid type) {
    const HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(tuple)) {
        return false;
    }
    const Oid schema = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typnamespace;
    ReleaseSysCache(tuple);
    return is_unwatched_schema(schema);
}

}  // namespace

whole whole_of(Oid classid, Oid objid) {
    for (const part_catalog& part : kParts) {
        const Oid owner = part.catalog == classid ? read_owner(part, objid) : InvalidOid;
        if (OidIsValid(owner)) {
            return {part.owner_catalog, owner};
        }
    }
    return {InvalidOid, InvalidOid};
}

bool says_something(Oid large_object) {
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_largeobject_metadata_oid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(large_object));
    const Relation catalog = table_open(LargeObjectMetadataRelationId, AccessShareLock);
    const SysScanDesc scan =
        systable_beginscan(catalog, LargeObjectMetadataOidIndexId, true, nullptr, 1, &key);
    const HeapTuple tuple = systable_getnext(scan);
    const bool has_acl = HeapTupleIsValid(tuple) &&
                         !heap_attisnull(tuple, Anum_pg_largeobject_metadata_lomacl, nullptr);
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return has_acl || GetComment(large_object, LargeObjectRelationId, 0) != nullptr;
}

void for_each_index(Oid table, void (*use)(Oid index)) {
    const Relation catalog = table_open(IndexRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_index_indrelid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(table));
    const SysScanDesc scan =
        systable_beginscan(catalog, IndexIndrelidIndexId, true, nullptr, 1, &key);
    while (const HeapTuple tuple = systable_getnext(scan)) {
        use(reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple))->indexrelid);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
}

bool is_ours_or_temporary(Oid classid, Oid objid) {
    switch (classid) {
        case RelationRelationId:
            return is_unwatched_relation(objid);
        case TypeRelationId:
            return is_unwatched_type(objid);
        case NamespaceRelationId:
            return isAnyTempNamespace(objid) || objid == get_namespace_oid("chronos", true);
        case ProcedureRelationId:
            return is_unwatched_schema(get_func_namespace(objid));
        default: {
            const whole of = whole_of(classid, objid);
            return of.classid == RelationRelationId && is_unwatched_relation(of.objid);
        }
    }
}

}  // namespace chronos::capture

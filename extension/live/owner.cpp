#include "live/owner.hpp"

#include "live/catalog.hpp"

extern "C" {
#include <catalog/indexing.h>
#include <catalog/pg_attrdef.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_enum.h>
#include <catalog/pg_extension.h>
#include <catalog/pg_index.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_rewrite.h>
#include <catalog/pg_sequence.h>
#include <catalog/pg_trigger.h>
#include <catalog/pg_type.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

// A constraint's index, a composite type's relation, a TOAST table.
void add_owners_of_relation(objects& to, Oid relation, bool as_index) {
    bool of_constraint = false;
    rows_of rows = needs_of(RelationRelationId, relation);
    while (const HeapTuple tuple = rows.next()) {
        const FormData_pg_depend row = depend_row(tuple);
        if (row.objsubid == 0 && row.deptype == DEPENDENCY_INTERNAL && row.refobjsubid == 0 &&
            (row.refclassid == ConstraintRelationId || row.refclassid == TypeRelationId ||
             row.refclassid == RelationRelationId)) {
            to.add(row.refclassid, row.refobjid);
        }
        of_constraint = of_constraint || (row.refclassid == ConstraintRelationId &&
                                          row.deptype == DEPENDENCY_INTERNAL);
    }
    rows.close();
    if (as_index && !of_constraint) {
        to.add(RelationRelationId, relation);
    } else if (!as_index && get_rel_relkind(relation) == RELKIND_COMPOSITE_TYPE) {
        to.add(TypeRelationId, get_rel_type_id(relation));
    }
}

// One column of the row that has this oid; invalid if there is no such row.
Oid read_oid(Oid catalog, Oid index, AttrNumber oid_column, Oid objid, AttrNumber wanted) {
    rows_of rows(catalog, index, oid_column, objid);
    const HeapTuple tuple = rows.next();
    bool null = true;
    const Datum found =
        HeapTupleIsValid(tuple) ? heap_getattr(tuple, wanted, rows.shape(), &null) : Datum(0);
    rows.close();
    return null ? InvalidOid : DatumGetObjectId(found);
}

// A copy of the row with this oid, or null.
HeapTuple read_row(Oid catalog, Oid index, AttrNumber oid_column, Oid objid) {
    rows_of rows(catalog, index, oid_column, objid);
    const HeapTuple tuple = rows.next();
    const HeapTuple copy = HeapTupleIsValid(tuple) ? heap_copytuple(tuple) : nullptr;
    rows.close();
    return copy;
}

void add_owner_of_rule(objects& to, Oid rule) {
    const HeapTuple tuple =
        read_row(RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_oid, rule);
    if (HeapTupleIsValid(tuple)) {
        const auto* const row = reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple));
        if (strcmp(NameStr(row->rulename), "_RETURN") == 0) {
            to.add(RelationRelationId, row->ev_class);
        }
    }
}

void add_owners_of_constraint(objects& to, Oid constraint) {
    const HeapTuple tuple = SearchSysCacheCopy1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) {
        return;
    }
    const auto& row = *reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    if (OidIsValid(row.contypid)) {
        to.add(TypeRelationId, row.contypid);
    } else if (row.contype == 'n') {
        to.add(RelationRelationId, row.conrelid);
    } else if (row.contype == CONSTRAINT_TRIGGER) {
        to.is_unusual = true;
    }
}

void add_owner_of_trigger(objects& to, Oid trigger) {
    const HeapTuple tuple =
        read_row(TriggerRelationId, TriggerOidIndexId, Anum_pg_trigger_oid, trigger);
    if (HeapTupleIsValid(tuple)) {
        const auto* const row = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(tuple));
        if (row->tgisinternal && OidIsValid(row->tgconstraint)) {
            to.add(ConstraintRelationId, row->tgconstraint);
        }
    }
}

// A row type is its relation, an array its element, a multirange its range.
void add_owner_of_type(objects& to, Oid type) {
    const HeapTuple tuple = SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(tuple)) {
        return;
    }
    const auto& row = *reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    const Oid range = row.typtype == TYPTYPE_MULTIRANGE ? get_multirange_range(type) : InvalidOid;
    const bool is_array = OidIsValid(row.typelem) && get_array_type(row.typelem) == type;
    const Oid element = is_array ? row.typelem : OidIsValid(range) ? range : type;
    const Oid relation = get_typ_typrelid(element);
    if (OidIsValid(relation) && get_rel_relkind(relation) != RELKIND_COMPOSITE_TYPE) {
        to.add(RelationRelationId, relation);
    } else {
        to.add(TypeRelationId, element);
    }
}

void add_owners(objects& to, Oid classid, Oid objid) {
    switch (classid) {
        case RelationRelationId:
            add_owners_of_relation(to, objid, false);
            break;
        case IndexRelationId:
            add_owners_of_relation(to, objid, true);
            break;
        case InheritsRelationId:
        case SequenceRelationId:
            to.add(RelationRelationId, objid);
            break;
        case AttrDefaultRelationId:
            to.add(RelationRelationId, read_oid(classid, AttrDefaultOidIndexId, Anum_pg_attrdef_oid,
                                                objid, Anum_pg_attrdef_adrelid));
            break;
        case RewriteRelationId:
            add_owner_of_rule(to, objid);
            break;
        case ConstraintRelationId:
            add_owners_of_constraint(to, objid);
            break;
        case TriggerRelationId:
            add_owner_of_trigger(to, objid);
            break;
        case TypeRelationId:
            add_owner_of_type(to, objid);
            break;
        case EnumRelationId:
            to.add(TypeRelationId, read_oid(classid, EnumOidIndexId, Anum_pg_enum_oid, objid,
                                            Anum_pg_enum_enumtypid));
            break;
        case ProcedureRelationId:
        case NamespaceRelationId:
            break;
        default:
            to.is_unusual = true;
            break;
    }
}

}  // namespace

void objects::add(Oid classid, Oid objid) {
    if (!OidIsValid(objid)) {
        return;
    }
    constexpr int kStep = 8;
    if (count == kMost) {
        is_unusual = true;
        return;
    }
    if (count % kStep == 0) {
        const std::size_t size = sizeof(object) * (count + kStep);
        items = static_cast<object*>(items == nullptr ? palloc(size) : repalloc(items, size));
    }
    items[count++] = {classid, objid};
}

objects owners_of(Oid classid, Oid objid) {
    objects out;
    add_owners(out, classid, objid);
    if (out.count == 0) {
        out.add(classid, objid);
    }
    return out;
}

objects direct_dependents_of(Oid classid, Oid objid) {
    objects out;
    if (classid == ExtensionRelationId) {
        return out;
    }
    rows_of rows(DependRelationId, DependReferenceIndexId, Anum_pg_depend_refclassid, classid,
                 Anum_pg_depend_refobjid, objid);
    while (const HeapTuple tuple = rows.next()) {
        const FormData_pg_depend row = depend_row(tuple);
        if (row.deptype == DEPENDENCY_EXTENSION) {
            continue;
        }
        out.add(row.classid, row.objid);
        if (row.classid == RewriteRelationId) {
            out.add(RelationRelationId,
                    read_oid(RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_oid, row.objid,
                             Anum_pg_rewrite_ev_class));
        }
    }
    rows.close();
    return out;
}

objects direct_needs_of(Oid classid, Oid objid) {
    objects out;
    rows_of rows = needs_of(classid, objid);
    while (const HeapTuple tuple = rows.next()) {
        const FormData_pg_depend row = depend_row(tuple);
        out.add(row.refclassid, row.refobjid);
    }
    rows.close();
    return out;
}

namespace {

void add_relations_needed(objects& to, Oid classid, Oid objid) {
    rows_of rows = needs_of(classid, objid);
    while (const HeapTuple tuple = rows.next()) {
        const FormData_pg_depend row = depend_row(tuple);
        if (row.refclassid == RelationRelationId) {
            to.add(RelationRelationId, row.refobjid);
        }
    }
    rows.close();
}

// True for some that have none any more.
bool has_rules(Oid relation) {
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) {
        return false;
    }
    const bool found = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relhasrules;
    ReleaseSysCache(tuple);
    return found;
}

}  // namespace

objects relations_needed_by(Oid classid, Oid objid) {
    objects out;
    add_relations_needed(out, classid, objid);
    if (classid == RelationRelationId && has_rules(objid)) {
        rows_of rules(RewriteRelationId, RewriteRelRulenameIndexId, Anum_pg_rewrite_ev_class,
                      objid);
        while (const HeapTuple tuple = rules.next()) {
            add_relations_needed(out, RewriteRelationId,
                                 reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple))->oid);
        }
        rules.close();
    }
    return out;
}

}  // namespace chronos::live

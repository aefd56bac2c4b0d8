#include "live/needs.hpp"

extern "C" {
#include <access/transam.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_rewrite.h>
#include <catalog/pg_trigger.h>
#include <catalog/pg_type.h>
#include <nodes/pg_list.h>
#include <utils/lsyscache.h>
}

namespace chronos::live {

namespace {

constexpr int kMost = 100;

bool is_need(const FormData_pg_depend& row) {
    return (row.deptype == DEPENDENCY_NORMAL || row.deptype == DEPENDENCY_AUTO) &&
           row.refobjid >= FirstNormalObjectId && row.refclassid != NamespaceRelationId;
}

// The rule that makes a view a view.
Oid rule_of(Oid relation) {
    rows_of rows(RewriteRelationId, RewriteRelRulenameIndexId, Anum_pg_rewrite_ev_class, relation);
    Oid found = InvalidOid;
    while (const HeapTuple tuple = rows.next()) {
        const auto* const row = reinterpret_cast<Form_pg_rewrite>(GETSTRUCT(tuple));
        if (strcmp(NameStr(row->rulename), "_RETURN") == 0) {
            found = row->oid;
        }
    }
    rows.close();
    return found;
}

bool is_view(Oid relation) {
    const char kind = get_rel_relkind(relation);
    return kind == RELKIND_VIEW || kind == RELKIND_MATVIEW;
}

// The rows that may need something on behalf of this one: it, and at most one more.
struct sources {
    Oid classids[2];
    Oid objids[2];
    int count;
};

sources sources_of(Oid classid, Oid objid) {
    sources out = {{classid, InvalidOid}, {objid, InvalidOid}, 1};
    Oid second = InvalidOid;
    if (classid == RelationRelationId && is_view(objid)) {
        out.classids[1] = RewriteRelationId;
        second = rule_of(objid);
    } else if (classid == TypeRelationId) {
        const Oid element = get_element_type(objid);
        out.objids[0] = OidIsValid(element) ? element : objid;
        out.classids[1] = RelationRelationId;
        second = get_typ_typrelid(out.objids[0]);
    }
    if (OidIsValid(second)) {
        out.objids[1] = second;
        out.count = 2;
    }
    return out;
}

void add_keys(needs& to, Oid classid, Oid objid, Oid self, Oid except) {
    rows_of rows = needs_of(classid, objid);
    while (const HeapTuple tuple = rows.next()) {
        const FormData_pg_depend row = depend_row(tuple);
        if (!is_need(row) || row.refobjid == self || row.refobjid == except) {
            continue;
        }
        const char* const key = object_key(row.refclassid, row.refobjid);
        if (key == nullptr) {
            to.is_unusual = true;
            break;
        }
        to.keys = lappend(to.keys, const_cast<char*>(key));
    }
    rows.close();
}

int by_bytes(const ListCell* left, const ListCell* right) {
    return strcmp(static_cast<const char*>(lfirst(left)), static_cast<const char*>(lfirst(right)));
}

bool is_temporary_schema(Oid schema) { return isAnyTempNamespace(schema); }

// Whether the row itself stays; what it needs is another matter.
bool stays(Oid classid, Oid objid) {
    switch (classid) {
        case RelationRelationId:
            return get_rel_persistence(objid) != RELPERSISTENCE_TEMP;
        case ProcedureRelationId:
            return !is_temporary_schema(get_func_namespace(objid));
        case TypeRelationId:
        case ConstraintRelationId:
        case RewriteRelationId:
        case TriggerRelationId:
            return true;  // a type in a schema of a session has no key
        default:
            return false;
    }
}

// What has been found on the way down, each once: types and their functions need each other.
struct way_down {
    Oid classids[kMost];
    Oid objids[kMost];
    int count = 0;

    // False if there is no room for it.
    bool add(Oid classid, Oid objid) {
        for (int i = 0; i < count; ++i) {
            if (classids[i] == classid && objids[i] == objid) {
                return true;
            }
        }
        if (count == kMost) {
            return false;
        }
        classids[count] = classid;
        objids[count++] = objid;
        return true;
    }
};

bool add_lasting_needs(way_down& to, Oid classid, Oid objid, Oid except) {
    rows_of rows = needs_of(classid, objid);
    bool lasting = true;
    while (const HeapTuple tuple = rows.next()) {
        const FormData_pg_depend row = depend_row(tuple);
        if (is_need(row) && row.refobjid != except &&
            (object_key(row.refclassid, row.refobjid) == nullptr ||
             !to.add(row.refclassid, row.refobjid))) {
            lasting = false;
            break;
        }
    }
    rows.close();
    return lasting;
}

}  // namespace

needs read_needs(Oid classid, Oid objid, Oid except) {
    needs out;
    const sources from = sources_of(classid, objid);
    for (int i = 0; i < from.count && !out.is_unusual; ++i) {
        add_keys(out, from.classids[i], from.objids[i], objid, except);
    }
    list_sort(out.keys, by_bytes);
    return out;
}

void write_needs(jsonb_writer& to, const char* first, const needs& what) {
    if (first == nullptr && what.keys == NIL) {
        return;
    }
    to.key("depends_on");
    to.begin_array();
    if (first != nullptr) {
        to.element(first);
    }
    const char* before = nullptr;
    for (int i = 0; i < list_length(what.keys); ++i) {
        const auto* const key = static_cast<const char*>(list_nth(what.keys, i));
        if (before == nullptr || strcmp(before, key) != 0) {
            to.element(key);
        }
        before = key;
    }
    to.end_array();
}

bool is_lasting(Oid classid, Oid objid, Oid except) {
    way_down found;
    found.add(classid, objid);
    for (int next = 0; next < found.count; ++next) {
        if (!stays(found.classids[next], found.objids[next])) {
            return false;
        }
        const sources from = sources_of(found.classids[next], found.objids[next]);
        for (int i = 0; i < from.count; ++i) {
            if (!add_lasting_needs(found, from.classids[i], from.objids[i], except)) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace chronos::live

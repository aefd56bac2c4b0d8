// chronos.live_type: enums and composite types; the others are left to it.
#include "live/column.hpp"
#include "live/kinds.hpp"
#include "live/needs.hpp"
#include "live/privileges.hpp"

extern "C" {
#include <catalog/indexing.h>
#include <catalog/pg_enum.h>
#include <catalog/pg_type.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

// In their order, which is that of the index.
void write_labels(jsonb_writer& to, Oid type) {
    const Relation catalog = table_open(EnumRelationId, AccessShareLock);
    const Relation index = index_open(EnumTypIdSortOrderIndexId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_enum_enumtypid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(type));
    const SysScanDesc scan = systable_beginscan_ordered(catalog, index, nullptr, 1, &key);
    to.key("labels");
    to.begin_array();
    while (const HeapTuple tuple = systable_getnext_ordered(scan, ForwardScanDirection)) {
        to.element(pstrdup(NameStr(reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple))->enumlabel)));
    }
    to.end_array();
    systable_endscan_ordered(scan);
    index_close(index, AccessShareLock);
    table_close(catalog, AccessShareLock);
}

bool is_array(const FormData_pg_type& row) {
    const Oid element = row.typelem;
    return OidIsValid(element) && get_array_type(element) == row.oid;
}

// Row types, arrays and multiranges are told with what they belong to.
bool belongs_to_another(const FormData_pg_type& row) {
    return row.typtype == TYPTYPE_MULTIRANGE || is_array(row) ||
           (row.typtype == TYPTYPE_COMPOSITE &&
            get_rel_relkind(row.typrelid) != RELKIND_COMPOSITE_TYPE);
}

}  // namespace

sight describe_type(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    const char* const name = qualified_name(row.typnamespace, NameStr(row.typname));
    if (name == nullptr || belongs_to_another(row)) {
        return sight::nothing;
    }
    const bool is_enum = row.typtype == TYPTYPE_ENUM;
    const char* const owner = GetUserNameFromId(row.typowner, true);
    if (!(is_enum || row.typtype == TYPTYPE_COMPOSITE) || owner == nullptr) {
        return sight::unusual;
    }
    const needs what = read_needs(TypeRelationId, row.oid);
    jsonb_writer to;
    to.begin_object();
    to.text("owner", owner);
    to.text("type", is_enum ? "enum" : "composite");
    if (is_enum) {
        write_labels(to, row.oid);
    } else if (!write_columns(to, "attributes", row.typrelid, row.typowner)) {
        return sight::unusual;
    }
    if (what.is_unusual) {
        return sight::unusual;
    }
    to.text("comment", comment_on(TypeRelationId, row.oid));
    write_needs(to, nullptr, what);
    bool no_grants = false;
    const Datum grants = SysCacheGetAttr(TYPEOID, tuple, Anum_pg_type_typacl, &no_grants);
    if (!write_privileges(to, OBJECT_TYPE, grants, no_grants, row.typowner)) {
        return sight::unusual;
    }
    to.end_object();
    out = {"type", name, to.finish()};
    return sight::described;
}

}  // namespace chronos::live

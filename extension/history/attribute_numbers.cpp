#include "history/attribute_numbers.hpp"

extern "C" {
#include <access/attnum.h>
#include <catalog/pg_type.h>
#include <utils/array.h>
#include <utils/lsyscache.h>
}

namespace chronos::history {

namespace {

JsonbValue* member(JsonbContainer* of, const char* key, JsonbValue* into) {
    return getKeyJsonValueFromContainer(of, key, static_cast<int>(strlen(key)), into);
}

// The names of the columns, or null if the definition has none.
JsonbContainer* columns_of(Jsonb* definition) {
    JsonbValue found;
    if (member(&definition->root, "columns", &found) == nullptr &&
        member(&definition->root, "attributes", &found) == nullptr) {
        return nullptr;
    }
    return found.type == jbvBinary && JsonContainerIsArray(found.val.binary.data)
               ? found.val.binary.data
               : nullptr;
}

AttrNumber number_of(Oid relation, JsonbContainer* columns, std::uint32_t position) {
    const JsonbValue* const column = getIthJsonbValueFromContainer(columns, position);
    JsonbValue name;
    if (column == nullptr || column->type != jbvBinary ||
        member(column->val.binary.data, "name", &name) == nullptr || name.type != jbvString) {
        return InvalidAttrNumber;
    }
    return get_attnum(relation, pnstrdup(name.val.string.val, name.val.string.len));
}

}  // namespace

backend::value attribute_numbers(const difference& of) {
    const bool is_type = strcmp(of.kind, "type") == 0;
    if (of.definition == nullptr ||
        !(is_type || strcmp(of.kind, "table") == 0 || strcmp(of.kind, "foreign table") == 0)) {
        return {};
    }
    JsonbContainer* const columns = columns_of(of.definition);
    const std::uint32_t count = columns == nullptr ? 0 : JsonContainerSize(columns);
    const Oid relation = is_type ? get_typ_typrelid(of.objid) : of.objid;
    auto* const numbers = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    bool all_there = count > 0;
    bool in_order = count > 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const AttrNumber found = number_of(relation, columns, i);
        all_there = all_there && found != InvalidAttrNumber;
        in_order = in_order && (found == InvalidAttrNumber || found == static_cast<int>(i) + 1);
        numbers[i] = Int16GetDatum(found);
    }
    if (!all_there && !in_order) {
        return {};
    }
    // As it stood when a dump had just made it: changed since, before anything was recorded.
    for (std::uint32_t i = 0; i < count && !all_there; ++i) {
        numbers[i] = Int16GetDatum(static_cast<AttrNumber>(i + 1));
    }
    return PointerGetDatum(
        construct_array(numbers, static_cast<int>(count), INT2OID, 2, true, TYPALIGN_SHORT));
}

}  // namespace chronos::history

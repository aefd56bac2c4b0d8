#include "history/compare.hpp"

#include "backend/door.hpp"
#include "backend/subtransaction.hpp"
#include "history/direct_comparison.hpp"
#include "history/statements.hpp"

extern "C" {
#include <catalog/pg_type.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::cell;
using backend::plan;
using backend::value;

#define CHRONOS_DIFFERENCE                                                                 \
    "SELECT c.classid, c.objid, c.kind, c.identity, c.definition, c.hash, c.old_classid, " \
    "c.old_objid, c.old_identity, c.old_hash, c.old_object "

constinit plan compare_plan(CHRONOS_DIFFERENCE "FROM chronos.compare($1, $2, $3) c", UUIDOID,
                            OIDARRAYOID, OIDARRAYOID);

constinit plan compare_moved_plan(CHRONOS_DIFFERENCE "FROM chronos.compare_moved($1, $2, $3) c",
                                  UUIDOID, OIDARRAYOID, OIDARRAYOID);

constinit plan compare_all_plan(CHRONOS_DIFFERENCE "FROM chronos.compare_all($1, $2) c", UUIDOID,
                                OIDARRAYOID);

constinit plan compare_restored_plan(CHRONOS_DIFFERENCE
                                     "FROM chronos.compare_restored($1, $2, $3, $4) c",
                                     UUIDOID, UUIDOID, OIDARRAYOID, OIDARRAYOID);

Oid oid_of(const value& from) { return from.is_null ? InvalidOid : DatumGetObjectId(from.datum); }

const char* text_of(const value& from) {
    return from.is_null ? nullptr : TextDatumGetCString(from.datum);
}

bytea* bytes_of(const value& from) { return from.is_null ? nullptr : DatumGetByteaP(from.datum); }

// A row of SPI_tuptable; inside call(), with `memory` current.
difference read_row(std::uint64_t row, MemoryContext memory) {
    const auto at = [row, memory](int column) { return backend::copied_cell(row, column, memory); };
    difference out;
    out.classid = oid_of(at(0));
    out.objid = oid_of(at(1));
    out.kind = text_of(at(2));
    out.identity = text_of(at(3));
    const value definition = at(4);
    out.definition = definition.is_null ? nullptr : DatumGetJsonbP(definition.datum);
    out.hash = bytes_of(at(5));
    out.old_classid = oid_of(at(6));
    out.old_objid = oid_of(at(7));
    out.old_identity = text_of(at(8));
    out.old_hash = bytes_of(at(9));
    const value object = at(10);
    out.old_object = object.is_null ? 0 : DatumGetInt64(object.datum);
    return out;
}

differences read_rows(std::uint64_t count, MemoryContext memory) {
    differences out;
    for (std::uint64_t i = 0; i < count; ++i) {
        const difference row = call([i, memory] {
            const MemoryContext before = MemoryContextSwitchTo(memory);
            const difference found = read_row(i, memory);
            MemoryContextSwitchTo(before);
            return found;
        });
        // A name that vanished while it was read belongs to what another session is just dropping.
        if (row.kind != nullptr && row.identity != nullptr) {
            out.rows.push_back(row);
        } else {
            out.locked.classids.push_back(row.classid);
            out.locked.objids.push_back(row.objid);
        }
    }
    return out;
}

differences run(plan& query, std::initializer_list<value> arguments, MemoryContext memory) {
    statements connection;
    differences out = read_rows(query.read(arguments), memory);
    connection.close();
    return out;
}

}  // namespace

differences compare(const state& at, const object_ids& touched, MemoryContext memory) {
    const backend::subtransaction rolled_back;
    if (std::optional<differences> found = compare_directly(at, touched, memory)) {
        return std::move(*found);
    }
    return run(compare_plan,
               {at.line, backend::oid_array(touched.classids), backend::oid_array(touched.objids)},
               memory);
}

differences compare_moved(const state& at, const object_ids& moved, MemoryContext memory) {
    const backend::subtransaction rolled_back;
    return run(compare_moved_plan,
               {at.line, backend::oid_array(moved.classids), backend::oid_array(moved.objids)},
               memory);
}

differences compare_all(const state& at, const object_ids& except, MemoryContext memory) {
    const backend::subtransaction rolled_back;
    return run(compare_all_plan, {at.line, backend::oid_array(except.objids)}, memory);
}

differences compare_restored(const state& at, value parent, const object_ids& own,
                             MemoryContext memory) {
    const backend::subtransaction rolled_back;
    return run(compare_restored_plan,
               {at.line, parent, backend::oid_array(own.classids), backend::oid_array(own.objids)},
               memory);
}

}  // namespace chronos::history

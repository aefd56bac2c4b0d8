#include "history/compare.hpp"

#include <unordered_set>

#include "backend/door.hpp"
#include "backend/spi.hpp"
#include "backend/subtransaction.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <utils/array.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::cell;
using backend::plan;
using backend::value;

#define CHRONOS_AGGREGATES                                            \
    "SELECT array_agg(c.classid) FILTER (WHERE c.kind IS NOT NULL), " \
    "array_agg(c.objid) FILTER (WHERE c.kind IS NOT NULL), "          \
    "array_agg(c.kind) FILTER (WHERE c.kind IS NOT NULL), "           \
    "array_agg(c.identity) FILTER (WHERE c.kind IS NOT NULL), "       \
    "array_agg(c.definition) FILTER (WHERE c.kind IS NOT NULL), "     \
    "array_agg(c.hash) FILTER (WHERE c.kind IS NOT NULL), "           \
    "array_agg(c.old_classid) FILTER (WHERE c.kind IS NOT NULL), "    \
    "array_agg(c.old_objid) FILTER (WHERE c.kind IS NOT NULL), "      \
    "array_agg(c.old_hash) FILTER (WHERE c.kind IS NOT NULL), "       \
    "array_agg(c.old_identity) FILTER (WHERE c.kind IS NOT NULL), "   \
    "array_agg(c.old_object) FILTER (WHERE c.kind IS NOT NULL), "     \
    "array_agg(c.classid) FILTER (WHERE c.kind IS NULL), "            \
    "array_agg(c.objid) FILTER (WHERE c.kind IS NULL), "              \
    "coalesce(bool_or(c.hash IS DISTINCT FROM c.old_hash), false) "

constinit plan compare_plan(CHRONOS_AGGREGATES "FROM chronos.compare($1, $2, $3) c", UUIDOID,
                            OIDARRAYOID, OIDARRAYOID);

constinit plan compare_moved_plan(CHRONOS_AGGREGATES "FROM chronos.compare_moved($1, $2, $3) c",
                                  UUIDOID, OIDARRAYOID, OIDARRAYOID);

constinit plan compare_all_plan(CHRONOS_AGGREGATES "FROM chronos.compare_all($1, $2) c", UUIDOID,
                                OIDARRAYOID);

constinit plan compare_restored_plan(CHRONOS_AGGREGATES
                                     "FROM chronos.compare_restored($1, $2, $3, $4) c",
                                     UUIDOID, UUIDOID, OIDARRAYOID, OIDARRAYOID);

differences take_differences(MemoryContext memory) {
    differences out;
    value* const columns[] = {&out.classids,       &out.objids,      &out.kinds,
                              &out.identities,     &out.definitions, &out.hashes,
                              &out.old_classids,   &out.old_objids,  &out.old_hashes,
                              &out.old_identities, &out.old_objects, &out.locked_classids,
                              &out.locked_objids};
    int column = 0;
    for (value* const each : columns) {
        *each = cell(0, column++, memory);
    }
    out.any_change = true_cell(column);
    out.any_row = !out.kinds.is_null;
    out.any_locked = !out.locked_objids.is_null;
    return out;
}

template <typename Fn>
differences compare_and_roll_back(Fn&& run, MemoryContext memory) {
    const backend::subtransaction rolled_back;
    backend::spi connection;
    run();
    const differences out = take_differences(memory);
    connection.close();
    return out;
}

}  // namespace

void append_oids(std::vector<Oid>& to, const value& from) {
    if (from.is_null) {
        return;
    }
    const Datum array = from.datum;
    Datum* items = nullptr;
    bool* nulls = nullptr;
    const int count = call([array, &items, &nulls] {
        int found = 0;
        deconstruct_array(DatumGetArrayTypeP(array), OIDOID, sizeof(Oid), true, TYPALIGN_INT,
                          &items, &nulls, &found);
        return found;
    });
    for (int i = 0; i < count; ++i) {
        to.push_back(nulls[i] ? InvalidOid : DatumGetObjectId(items[i]));
    }
}

object_ids ids_of(const differences& found) {
    object_ids ids;
    append_oids(ids.classids, found.classids);
    append_oids(ids.objids, found.objids);
    append_oids(ids.classids, found.old_classids);
    append_oids(ids.objids, found.old_objids);
    return ids;
}

object_ids locked_ids(const differences& found) {
    object_ids ids;
    append_oids(ids.classids, found.locked_classids);
    append_oids(ids.objids, found.locked_objids);
    return ids;
}

void append(object_ids& to, const object_ids& from) {
    const auto key = [](const object_ids& of, std::size_t i) {
        return (static_cast<std::uint64_t>(of.classids[i]) << 32) | of.objids[i];
    };
    std::unordered_set<std::uint64_t> there;
    for (std::size_t i = 0; i < to.objids.size(); ++i) {
        there.insert(key(to, i));
    }
    for (std::size_t i = 0; i < from.objids.size(); ++i) {
        if (there.insert(key(from, i)).second) {
            to.classids.push_back(from.classids[i]);
            to.objids.push_back(from.objids[i]);
        }
    }
}

differences compare(const state& at, const object_ids& touched, MemoryContext memory) {
    const value classids = backend::oid_array(touched.classids);
    const value objids = backend::oid_array(touched.objids);
    return compare_and_roll_back([&] { compare_plan.read({at.line, classids, objids}); }, memory);
}

differences compare_moved(const state& at, const object_ids& moved, MemoryContext memory) {
    const value classids = backend::oid_array(moved.classids);
    const value objids = backend::oid_array(moved.objids);
    return compare_and_roll_back(
        [&] {
            compare_moved_plan.read({at.line, classids, objids});
        },
        memory);
}

differences compare_all(const state& at, const object_ids& except, MemoryContext memory) {
    const value objids = backend::oid_array(except.objids);
    return compare_and_roll_back([&] { compare_all_plan.read({at.line, objids}); }, memory);
}

differences compare_restored(const state& at, value parent, const object_ids& own,
                             MemoryContext memory) {
    const value classids = backend::oid_array(own.classids);
    const value objids = backend::oid_array(own.objids);
    return compare_and_roll_back(
        [&] {
            compare_restored_plan.read({at.line, parent, classids, objids});
        },
        memory);
}

}  // namespace chronos::history

// The catalogue against the store, as sets.
#pragma once

#include "history/state.hpp"

namespace chronos::history {

// Differences between catalogue and store, column by column, as arrays that a statement takes.
struct differences {
    backend::value classids, objids, kinds, identities, definitions, hashes;
    backend::value old_classids, old_objids, old_hashes, old_identities, old_objects;
    backend::value locked_classids, locked_objids;  // what could not be rendered now
    bool any_change = false;                        // something that makes a version
    bool any_row = false;                           // that, or an object with a new oid
    bool any_locked = false;
};

// Compares in a subtransaction that is rolled back, so that no lock of the renderers outlives it.
[[nodiscard]] differences compare(const state& at, const object_ids& touched, MemoryContext memory);
[[nodiscard]] differences compare_all(const state& at, const object_ids& except,
                                      MemoryContext memory);

// Objects whose catalogue rows moved (stamp.hpp), with all that depends on them.
[[nodiscard]] differences compare_moved(const state& at, const object_ids& moved,
                                        MemoryContext memory);

// Everything, for the first version of a timeline that continues `parent`; the objects of `own` as
// they stood there.
[[nodiscard]] differences compare_restored(const state& at, backend::value parent,
                                           const object_ids& own, MemoryContext memory);

// What differs, to be looked at again; and the union of two such lists.
[[nodiscard]] object_ids ids_of(const differences& found);
[[nodiscard]] object_ids locked_ids(const differences& found);
void append(object_ids& to, const object_ids& from);
void append_oids(std::vector<Oid>& to, const backend::value& from);

}  // namespace chronos::history

// The catalogue against the store, as sets.
#pragma once

#include "history/differences.hpp"
#include "history/state.hpp"

namespace chronos::history {

// All compare in a subtransaction that is rolled back, so that no lock of the renderers outlives
// it; what they return lives in `memory`.

// Touched catalogue rows, what they belong to and what depends on it.
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

}  // namespace chronos::history

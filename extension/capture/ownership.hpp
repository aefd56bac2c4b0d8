// Which relation a catalogue row belongs to, and whether anybody's schema changes with it. Server
// code only: called inside hooks and inside call().
#pragma once

#include "backend/backend.hpp"

namespace chronos::capture {

// The relation that a default, constraint, trigger, rule, policy or statistics object is part of;
// InvalidOid if there is none.
[[nodiscard]] Oid owning_relation(Oid classid, Oid objid);

void for_each_index(Oid table, void (*use)(Oid index));

// True for temporary objects, TOAST tables and the objects of schema chronos, as far as they exist.
[[nodiscard]] bool is_ours_or_temporary(Oid classid, Oid objid);

[[nodiscard]] inline bool is_worth_recording(Oid classid, Oid objid) {
    return !is_ours_or_temporary(classid, objid);
}

}  // namespace chronos::capture

// Which object a catalogue row belongs to, and whether anybody's schema changes with it. Server
// code only: called inside hooks and inside call().
#pragma once

#include "backend/backend.hpp"

namespace chronos::capture {

struct whole {
    Oid classid;
    Oid objid;
};

// What a default, constraint, trigger, rule, policy, statistics object, member of a publication or
// of an operator family is part of; InvalidOid if nothing.
[[nodiscard]] whole whole_of(Oid classid, Oid objid);

// Whether a large object has privileges or a comment: without them it is data.
[[nodiscard]] bool says_something(Oid large_object);

void for_each_index(Oid table, void (*use)(Oid index));

// True for temporary objects, TOAST tables and the objects of schema chronos, as far as they exist.
[[nodiscard]] bool is_ours_or_temporary(Oid classid, Oid objid);

[[nodiscard]] inline bool is_worth_recording(Oid classid, Oid objid) {
    return !is_ours_or_temporary(classid, objid);
}

}  // namespace chronos::capture

// From catalogue rows to the objects that show them, and to what depends on those:
// chronos.live_owners() and chronos.dependents() without their plans. Plain data, inside call().
#pragma once

#include "backend/backend.hpp"

namespace chronos::live {

struct object {
    Oid classid = InvalidOid;
    Oid objid = InvalidOid;
};

// The objects that show a row, itself if no other does; allocated in the current memory context.
struct objects {
    // Beyond it sets are faster than single rows.
    static constexpr int kMost = 1000;

    object* items = nullptr;
    int count = 0;
    bool is_unusual = false;  // only the SQL function can tell

    void add(Oid classid, Oid objid);
};

[[nodiscard]] objects owners_of(Oid classid, Oid objid);

// Rows whose text may change with this one, one step further; views in place of their rules as
// well. Rows that need it for their existence alone are among them.
[[nodiscard]] objects direct_dependents_of(Oid classid, Oid objid);

// Rows that this one needs, one step further, whatever for.
[[nodiscard]] objects direct_needs_of(Oid classid, Oid objid);

// The relations, other than itself, that rendering an object opens.
[[nodiscard]] objects relations_needed_by(Oid classid, Oid objid);

}  // namespace chronos::live

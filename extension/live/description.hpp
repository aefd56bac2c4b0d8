// What an object looks like, straight from the catalogue: the commonest kinds of
// chronos.live_object without the views, whose plans take longer to start than all the rest of a
// commit. The views are the oracle (sql/live_direct.sql); what is not quite ordinary is left to
// them.
//
// Everything in this folder runs inside one call(): plain data, allocated in the current memory
// context, read by the newest catalogue. The caller holds a lock on whatever the text needs
// (chronos.locked_objects) and has set the settings that text depends on (history/scope.hpp).
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <utils/jsonb.h>
}

namespace chronos::live {

enum class sight {
    described,
    nothing,  // there is no such row, or the views show none for it
    unusual,  // only the views can tell
};

struct description {
    const char* kind;
    const char* identity;
    Jsonb* definition;
};

// One row of the catalogue. Rows that others show (live_owners()) are nothing.
[[nodiscard]] sight describe(Oid classid, Oid objid, description& out);

// Whether the row is there, whatever it looks like. Opens nothing but the catalogue, so it waits
// for nobody. A row of a catalogue that only the views know counts as there.
[[nodiscard]] bool exists(Oid classid, Oid objid);

// chronos.object_hash() of it: 32 bytes.
[[nodiscard]] bytea* hash_of(const description& what);

}  // namespace chronos::live

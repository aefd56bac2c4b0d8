// Privileges, as chronos.acl_facts() tells them: the difference from what a new object has.
#pragma once

#include "live/catalog.hpp"

extern "C" {
#include <nodes/parsenodes.h>
}

namespace chronos::live {

// Writes the key acl, or nothing if `acl` is null or as usual for an object of this type and owner.
// A column, OBJECT_COLUMN, has none at first. False if a role is not known; what was written is of
// no use then.
[[nodiscard]] bool write_privileges(jsonb_writer& to, ObjectType type, Datum acl, bool is_null,
                                    Oid owner);

}  // namespace chronos::live

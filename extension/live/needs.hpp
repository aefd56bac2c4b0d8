// What an object needs before it can be created (chronos.depends_on).
#pragma once

#include "live/catalog.hpp"

namespace chronos::live {

struct needs {
    List* keys = NIL;  // of char*, each once, in the order of their bytes
    bool is_unusual = false;
};

// Of the row itself and, of a view, its rule, of a composite type, its relation; but not of
// `except`.
[[nodiscard]] needs read_needs(Oid classid, Oid objid, Oid except = InvalidOid);

// Writes depends_on: `first`, if there is one, and the keys; nothing if there are none.
void write_needs(jsonb_writer& to, const char* first, const needs& what);

// Whether nothing that it needs but `except`, at any remove, vanishes with a session; false also if
// that is hard to tell (chronos.temporary_objects).
[[nodiscard]] bool is_lasting(Oid classid, Oid objid, Oid except = InvalidOid);

}  // namespace chronos::live

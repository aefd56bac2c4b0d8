// The columns of a relation, as chronos.live_column shows them.
#pragma once

#include "live/catalog.hpp"

namespace chronos::live {

// Writes the key `name` and the array of columns. False if one of them is unusual; what was written
// is of no use then.
[[nodiscard]] bool write_columns(jsonb_writer& to, const char* name, Oid relation, Oid owner);

// Whether the statistics target of a column is not the usual one.
[[nodiscard]] bool has_target(HeapTuple attribute, TupleDesc shape);

}  // namespace chronos::live

// One function a kind of object, each in a file of its own name. Each is told a row that exists.
#pragma once

#include "live/catalog.hpp"
#include "live/description.hpp"

namespace chronos::live {

// `row` is a copy of the row in pg_class.
sight describe_table(HeapTuple row, description& out);
sight describe_view(HeapTuple row, description& out);
sight describe_sequence(HeapTuple row, description& out);
sight describe_index(HeapTuple row, description& out);

// `row` is a copy of the row in the catalogue of the kind.
sight describe_constraint(HeapTuple row, description& out);
sight describe_type(HeapTuple row, description& out);
sight describe_function(HeapTuple row, description& out);
sight describe_trigger(HeapTuple row, description& out);
sight describe_schema(HeapTuple row, description& out);

// What an index carries beside its definition (chronos.live_index_facts), written under the key
// "index"; false if it is unusual.
[[nodiscard]] bool write_index_facts(jsonb_writer& to, Oid index);

}  // namespace chronos::live

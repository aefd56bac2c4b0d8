// The numbers of type numeric as they lie in tables (src/backend/utils/adt/numeric.c, the same from
// PostgreSQL 9.1 on), without the copy that the server's own functions make of each. Inside call().
#pragma once

#include "pieces/byte_buffer.hpp"

namespace chronos::pieces {

// What numeric_send makes of a value that is neither compressed nor out of line: without the length
// in front. False, and nothing added, for NaN and the infinities.
[[nodiscard]] bool add_numeric(byte_buffer& to, const struct varlena* value);

// Likewise what numeric_out makes of it.
[[nodiscard]] bool add_numeric_text(byte_buffer& to, const struct varlena* value);

}  // namespace chronos::pieces

// The text of a jsonb, as JsonbToCString() makes it (src/backend/utils/adt/jsonb.c), straight from
// where it lies. Inside call().
#pragma once

#include "pieces/byte_buffer.hpp"

extern "C" {
#include <utils/jsonb.h>
}

namespace chronos::pieces {

// False, and some of it added, if `to` would become larger than `most`: a number of a few bytes can
// have 130,000 digits.
[[nodiscard]] bool add_jsonb_text(byte_buffer& to, const JsonbContainer& container,
                                  std::size_t most);

}  // namespace chronos::pieces

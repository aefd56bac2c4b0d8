// The text of a jsonb, as JsonbToCString() makes it (src/backend/utils/adt/jsonb.c), straight from
// where it lies. Inside call().
#pragma once

#include "pieces/byte_buffer.hpp"

extern "C" {
#include <utils/jsonb.h>
}

namespace chronos::pieces {

void add_jsonb_text(byte_buffer& to, const JsonbContainer& container);

}  // namespace chronos::pieces

// Faults on purpose, for tests: a superuser names a step in chronos.fail_at, and it fails there.
#pragma once

#include "backend/backend.hpp"

namespace chronos::backend {

// The setting chronos.fail_at: STEP or STEP:KIND, null or empty for none.
extern char* fail_at;

// Fails if the setting names `step`. KIND is error (the default), disk_full, lock_timeout, cancel,
// once: an error every other time, wait: until the statement is cancelled, or pause: half a
// second, and no failure.
void fail_on_purpose(const char* step);

// Marks a step. Costs nothing but the look at the setting. May throw backend_error.
inline void step(const char* name) {
    if (fail_at != nullptr && *fail_at != '\0') {
        fail_on_purpose(name);
    }
}

}  // namespace chronos::backend

// What differs between the supported servers (PostgreSQL 15 to 18), in one place.
#pragma once

#if PG_VERSION_NUM < 150000
#error "chronos needs PostgreSQL 15 or newer"
#endif

extern "C" {
#include <storage/lock.h>
}

namespace chronos::backend {

// Whether the present transaction holds the lock in this mode; since 17 the server has a flag for
// stronger modes.
inline bool holds_lock(const LOCKTAG& tag, LOCKMODE mode) {
#if PG_VERSION_NUM >= 170000
    return LockHeldByMe(&tag, mode, false);
#else
    return LockHeldByMe(&tag, mode);
#endif
}

}  // namespace chronos::backend

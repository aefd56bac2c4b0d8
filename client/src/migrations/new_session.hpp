// What a script finds when it begins.
#pragma once

#include "connection/session.hpp"

namespace chronos::internal {

// Roles and settings are those of a new session, whatever a script has set, but for chronos.expect:
// that is for applications, and what they expect may be what is just being made.
void begin_anew(session& on);

}  // namespace chronos::internal

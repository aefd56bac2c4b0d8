// Tells those who LISTEN to chronos_version that there is a new one.
#pragma once

#include "backend/backend.hpp"

namespace chronos::history {

// Sends the payload when the transaction commits. The server takes its own lock for that after the
// callback in which versions are written, so always after the number lock: whoever holds the lock
// of the notifications asks for no number any more. Inside call().
void announce(const char* payload);

}  // namespace chronos::history

// Work that waits for locks only for a moment, and tries again as a whole instead.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

struct lock_patience {
    std::chrono::milliseconds timeout{2000};  // of each attempt; 0: as long as it takes
    int tries = 10;
    // Before the next attempt.
    std::function<void(const std::string& reason, std::chrono::milliseconds pause)> retrying;
    std::stop_token stop;
};

// Calls `attempt` again after a lock timeout or a deadlock, with pauses that grow and are never
// quite the same. From the second attempt on it is looked who is in the way; the last failure is
// thrown with them in its detail. `attempt` leaves no transaction open when it throws.
void with_lock_retries(session& on, const lock_patience& patience,
                       const std::function<void()>& attempt);

}  // namespace chronos::internal

// How long recording may hold up a commit. statement_timeout does not run any more at that time.
#pragma once

#include "backend/backend.hpp"

namespace chronos::capture {

// Milliseconds, 0: no limit. The setting chronos.capture_timeout.
extern int capture_timeout;

// Cancels what runs when the time is over, as long as the object lives.
class time_limit {
  public:
    time_limit();
    ~time_limit();
    time_limit(const time_limit&) = delete;
    time_limit& operator=(const time_limit&) = delete;

    // Whether the time was over: the cancel was ours and not the user's.
    [[nodiscard]] bool reached() const noexcept;
};

}  // namespace chronos::capture

#include "capture/time_limit.hpp"

#include <csignal>

#include "backend/door.hpp"

extern "C" {
#include <utils/timeout.h>
}

namespace chronos::capture {

int capture_timeout = 30000;

namespace {

volatile std::sig_atomic_t time_is_over = 0;
constinit int timer = -1;  // of this process, once it is registered

// Runs in a signal handler, as the handlers of the server's own timeouts do.
extern "C" void chronos_capture_time_is_over() {
    time_is_over = 1;
    InterruptPending = true;
    QueryCancelPending = true;
}

}  // namespace

time_limit::time_limit() {
    time_is_over = 0;
    if (capture_timeout > 0) {
        backend::call([] {
            if (timer < 0) {
                timer = RegisterTimeout(USER_TIMEOUT, chronos_capture_time_is_over);
            }
            enable_timeout_after(static_cast<TimeoutId>(timer), capture_timeout);
        });
    }
}

time_limit::~time_limit() {
    if (timer >= 0) {
        disable_timeout(static_cast<TimeoutId>(timer), false);
    }
    if (time_is_over != 0) {
        // What came too late must not cancel what follows.
        QueryCancelPending = false;
    }
}

bool time_limit::reached() const noexcept { return time_is_over != 0; }

}  // namespace chronos::capture

// Cancels what a session runs as soon as a stop is requested.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "connection/session.hpp"

namespace chronos::internal {

// Again and again until it is destroyed: a request to cancel that comes between two statements is
// lost.
class stopper {
  public:
    stopper(const std::stop_token& stop, session& on)
        : token_(stop), callback_(stop, [this, &on] {
              repeating_ = std::jthread([&on](const std::stop_token& end) { repeat(on, end); });
          }) {}
    stopper(const stopper&) = delete;
    stopper& operator=(const stopper&) = delete;
    // Throws cancelled.
    void check() const {
        if (token_.stop_requested()) throw error(error_code::cancelled, "cancelled");
    }

  private:
    static void repeat(session& on, const std::stop_token& end) {
        std::mutex mutex;
        std::condition_variable_any woken;
        std::unique_lock lock(mutex);
        while (!end.stop_requested()) {
            on.cancel();
            woken.wait_for(lock, end, std::chrono::milliseconds(100), [] { return false; });
        }
    }

    std::stop_token token_;
    std::jthread repeating_;  // outlives the callback that starts it
    std::stop_callback<std::function<void()>> callback_;
};

}  // namespace chronos::internal

// Ctrl-C and SIGTERM as a stop token.
#pragma once

#include <stop_token>
#include <thread>

namespace chronos::ctl {

// While one lives, the first SIGINT, SIGTERM or SIGHUP asks the work to stop and clean up; a second
// one ends the program at once. Only one at a time.
class interruption {
  public:
    interruption();
    ~interruption();
    interruption(const interruption&) = delete;
    interruption& operator=(const interruption&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
    [[nodiscard]] bool requested() const { return source_.stop_requested(); }
    void request() { source_.request_stop(); }

    // Sleeps, but not longer than until a signal; false if one came.
    [[nodiscard]] bool sleep(std::chrono::milliseconds duration) const;

  private:
    std::stop_source source_;
    std::jthread watcher_;
};

}  // namespace chronos::ctl

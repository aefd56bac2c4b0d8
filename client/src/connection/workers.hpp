// Several sessions at work at once, which stop together.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "connection/session.hpp"

namespace chronos::internal {

// Asked often by long work; throws once the work shall end.
class interruption {
  public:
    explicit interruption(std::stop_token token) : token_(std::move(token)) {}
    void check() const {
        if (token_.stop_requested()) throw error(error_code::cancelled, "cancelled");
    }
    [[nodiscard]] const std::stop_token& token() const noexcept { return token_; }

  private:
    std::stop_token token_;
};

using session_work = std::function<void(session&, const interruption&)>;

// Runs `work` once for each session, each in a thread of its own (a single one in the caller's).
// When one fails or `stop` is requested, the statements that the others run are cancelled; the
// first failure is thrown when all have ended. After a failure the sessions are in an unknown
// state.
void run_workers(const std::vector<session*>& sessions, const std::stop_token& stop,
                 const session_work& work);

// The same for work that needs no session.
void run_tasks(unsigned threads, const std::stop_token& stop,
               const std::function<void(const interruption&)>& work);

}  // namespace chronos::internal

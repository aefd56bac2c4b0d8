// Waiting for notifications, and queries that lose none.
#pragma once

#include <libpq-fe.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "connection/value.hpp"

namespace chronos::internal {

// By libpq alone: libpqxx would drop the notifications that come with the result.
[[nodiscard]] rows query_directly(PGconn* connection, const std::string& sql,
                                  const std::vector<value>& parameters);

// The waiting of one connection. Thread-safety: one thread at a time, except interrupt().
class waiting {
  public:
    explicit waiting(PGconn* connection) : connection_(connection) {}
    ~waiting();
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;

    void listen(std::string_view channel);
    void unlisten();
    [[nodiscard]] bool is_listening() const noexcept { return is_listening_; }

    // Takes all notifications that have come; false if there was none in time. Throws error: code
    // cancelled if interrupt() was called since listen(), connection if the server is gone.
    bool wait(std::chrono::milliseconds most);

    // Does nothing unless it listens.
    void interrupt() noexcept;

  private:
    void open_pipe();
    bool take_notifications();

    PGconn* connection_;
    std::string channel_;
    std::atomic<bool> is_listening_ = false;
    // A byte in it ends the waiting.
    int read_end_ = -1;
    int write_end_ = -1;
};

}  // namespace chronos::internal

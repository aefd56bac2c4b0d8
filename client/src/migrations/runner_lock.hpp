// One runner at a time in a database.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "chronos/migrate.hpp"
#include "connection/session.hpp"

namespace chronos::internal {

struct lock_waiting {
    std::chrono::milliseconds patience{0};                   // 0: not at all
    std::function<void(const std::string& holder)> waiting;  // told once
    std::stop_token stop;
};

// As the options of a run have it; they have to outlive it.
[[nodiscard]] lock_waiting waiting_of(const migrate_options& options);

// Held by the session until the object is destroyed; it ends with the session in any case, so that
// nothing has to be cleared after a crash. While it waits, the session is idle between two
// attempts: it has no snapshot that CREATE INDEX CONCURRENTLY would wait for. Throws busy, with the
// holder; wrong use (usage) through a pooler that gives each transaction another server process.
class runner_lock {
  public:
    runner_lock(session& on, const lock_waiting& how);
    ~runner_lock();
    runner_lock(const runner_lock&) = delete;
    runner_lock& operator=(const runner_lock&) = delete;

    // Takes it again if a script has let go of it (DISCARD ALL). Throws busy if another has it by
    // now.
    void require();

  private:
    session& session_;
};

// Throws usage if the session's statements can reach different server processes.
void refuse_transaction_pooler(session& on);

}  // namespace chronos::internal

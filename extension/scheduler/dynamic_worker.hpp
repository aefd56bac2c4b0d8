// A background worker that this process has started, and waits for or ends.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <postmaster/bgworker.h>
}

namespace chronos::scheduler {

// A worker of this library: `type` is what pg_stat_activity shows, `function` its exported main.
BackgroundWorker describe_worker(const char* type, const char* function);

// Ends the worker when destroyed, or when the session ends, unless release()d before. Several in
// one process are destroyed in the reverse order of their making.
class dynamic_worker {
  public:
    // Raises an error with a hint if all worker slots are taken.
    explicit dynamic_worker(BackgroundWorker description);
    ~dynamic_worker();
    dynamic_worker(const dynamic_worker&) = delete;
    dynamic_worker& operator=(const dynamic_worker&) = delete;

    [[nodiscard]] bool has_stopped() const;
    void release() noexcept;

    // Sleeps until something happened to the worker, or it woke us, or the time is over. A cancel
    // of the session arrives as an exception.
    static void wait(long milliseconds);

  private:
    friend void end_workers_at_exit(int code, Datum argument);

    BackgroundWorkerHandle* handle_;
    dynamic_worker* outer_;  // what this process waits for besides
};

}  // namespace chronos::scheduler

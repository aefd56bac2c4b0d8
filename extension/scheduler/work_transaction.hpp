// One short transaction of a background worker. Between two of them the worker has no snapshot and
// no transaction id, so it holds nothing back.
#pragma once

#include "backend/error.hpp"
#include "backend/spi.hpp"

namespace chronos::scheduler {

// Aborts when destroyed without commit().
class work_transaction {
  public:
    work_transaction();
    ~work_transaction();
    work_transaction(const work_transaction&) = delete;
    work_transaction& operator=(const work_transaction&) = delete;

    [[nodiscard]] backend::spi& sql() { return *sql_; }
    void commit();

  private:
    std::optional<backend::spi> sql_;
    bool open_ = true;
};

// Whether an error of a work_transaction only says that somebody else was in the way.
bool is_lock_conflict(int sqlstate);

// Runs `work` again while it fails by lock conflicts, for a minute.
template <typename Fn>
auto patiently(Fn&& work) -> std::invoke_result_t<Fn&> {
    constexpr int kAttempts = 20;  // each waits up to lock_timeout
    for (int attempt = 1;; ++attempt) {
        try {
            return work();
        } catch (const backend::backend_error& error) {
            if (attempt == kAttempts || !is_lock_conflict(error.sqlstate())) {
                throw;
            }
        }
    }
}

// What a worker's session needs before its first transaction: names that cannot be planted, and
// bookkeeping that neither waits for a standby nor for ever for a lock.
void prepare_worker_session();

}  // namespace chronos::scheduler

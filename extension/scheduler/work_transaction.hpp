// One short transaction of a background worker. Between two of them the worker has no snapshot and
// no transaction id, so it holds nothing back.
#pragma once

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

// What a worker's session needs before its first transaction: names that cannot be planted, and
// bookkeeping that neither waits for a standby nor for ever for a lock.
void prepare_worker_session();

}  // namespace chronos::scheduler

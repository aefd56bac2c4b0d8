// Advisory locks that tell who works on a run. They last as long as the session, whatever becomes
// of its transactions, so they go with a worker that is killed.
#pragma once

#include <cstdint>

namespace chronos::scheduler {

// Their objsubid in pg_locks; the advisory lock functions of SQL use 1 and 2.
enum class run_lock : std::uint16_t {
    at_work = 3,   // of the job worker: see chronos.run_is_locked()
    starting = 4,  // of the worker that has claimed a run of a schedule: chronos.run_is_starting()
};

// Raises an error if another session has it. key: of chronos.run_lock_key().
void take_run_lock(run_lock which, std::int64_t key);

}  // namespace chronos::scheduler

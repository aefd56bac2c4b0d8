// The schedules of the database that this worker is connected to. Which runs are due is decided in
// one short transaction, by chronos.claim_schedules(); each is then started as chronos.snapshot()
// starts one.
#pragma once

namespace chronos::scheduler {

// Starts what is due, records what has ended. A cancel goes on as a backend_error.
void keep_schedules();

// Records the ends of runs and runs the commands that schedules have for them.
void settle_schedules();

}  // namespace chronos::scheduler

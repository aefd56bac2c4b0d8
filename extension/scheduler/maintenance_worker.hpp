// The worker that the launcher sends to a database.
#pragma once

#include "scheduler/dynamic_worker.hpp"

namespace chronos::scheduler {

// All there is to do in a database, or only what must not be late.
enum class visit : int { whole, schedules };

BackgroundWorker describe_visit(Oid database, visit what);

}  // namespace chronos::scheduler

#include "scheduler/scheduler.hpp"

#include "scheduler/settings.hpp"

namespace chronos::scheduler {

void init() { settings::define(); }

}  // namespace chronos::scheduler

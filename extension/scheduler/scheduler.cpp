#include "scheduler/scheduler.hpp"

#include "scheduler/launcher.hpp"
#include "scheduler/settings.hpp"

namespace chronos::scheduler {

void init() {
    settings::define();
    register_launcher();
}

}  // namespace chronos::scheduler

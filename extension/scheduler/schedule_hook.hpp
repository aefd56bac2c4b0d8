// The command that a schedule has for its failures or successes.
#pragma once

#include <string>
#include <vector>

namespace chronos::scheduler {

struct schedule_hook {
    std::string schedule;
    std::vector<std::string> command;      // absolute path and arguments
    std::vector<std::string> environment;  // what it is told: NAME=value
};

// Runs it without a shell, for at most chronos.hook_timeout, and waits for it. It leaves nothing
// running. Failures are logged; a cancel of this session ends it and goes on as an exception.
void run_hook(const schedule_hook& hook);

}  // namespace chronos::scheduler

// The settings of this module, as the session sees them.
#pragma once

#include <string>

namespace chronos::scheduler::settings {

void define();

std::string engine_path();  // empty: look for chronosctl in the usual places
std::string engine_user();  // empty: the bootstrap superuser
int snapshot_jobs();
int snapshot_timeout();   // seconds, 0: none
int launcher_interval();  // seconds
int hook_timeout();       // seconds

}  // namespace chronos::scheduler::settings

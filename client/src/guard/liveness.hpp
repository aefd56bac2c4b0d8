// Whether a server works in a data directory, told from the outside.
#pragma once

#include <string>

#include "chronos/found_cluster.hpp"

namespace chronos::internal::guard {

// Sets `running` and `running_because`. A server stays in its data directory, so that a process
// whose working directory is that folder is one, in whatever container it runs. `ended_well`: its
// control file says that it was shut down.
void judge_liveness(found_cluster& of, bool ended_well);

}  // namespace chronos::internal::guard

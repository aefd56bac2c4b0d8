// Progress of snapshots and restores as one line.
#pragma once

#include "chronos/progress.hpp"
#include "ctl/progress_bar.hpp"

namespace chronos::ctl {

void show(progress_bar& bar, const progress& progress);

}  // namespace chronos::ctl

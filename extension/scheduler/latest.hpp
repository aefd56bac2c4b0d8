// Reading what other sessions have just committed, whatever the isolation level of this one.
#pragma once

#include "backend/spi.hpp"

namespace chronos::scheduler {

// Runs a read-only statement under a new snapshot.
std::vector<backend::row> query_latest(const char* sql,
                                       const std::vector<backend::argument>& arguments);

}  // namespace chronos::scheduler

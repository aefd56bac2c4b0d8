// The SQLSTATEs of this module.
#pragma once

#include "backend/backend.hpp"

namespace chronos::scheduler {

constexpr int kSnapshotFailed = MAKE_SQLSTATE('C', 'H', '0', '0', '2');
constexpr int kRepositoryRefused = MAKE_SQLSTATE('C', 'H', '0', '0', '3');
constexpr int kEngineNotFound = MAKE_SQLSTATE('C', 'H', '0', '0', '4');
constexpr int kUndropFailed = MAKE_SQLSTATE('C', 'H', '0', '0', '7');

}  // namespace chronos::scheduler

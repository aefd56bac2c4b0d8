// Drift as the SQL functions of ours return it.
#pragma once

#include <string>
#include <vector>

#include "chronos/drift.hpp"
#include "connection/session.hpp"

namespace chronos::internal {

// `call` is a call of chronos.drift() or chronos.drift_from(), `version` an expression over its
// result d, NULL if it has none.
[[nodiscard]] std::vector<drifted_object> read_drift(session& on, const std::string& call,
                                                     const std::string& version,
                                                     const std::vector<value>& parameters = {});

}  // namespace chronos::internal

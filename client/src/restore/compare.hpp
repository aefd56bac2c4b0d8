// Reading a database back and comparing it with a snapshot.
#pragma once

#include <vector>

#include "chronos/restore.hpp"
#include "connection/progress_meter.hpp"
#include "connection/workers.hpp"
#include "repository/manifest.hpp"

namespace chronos::internal {

// Rows and hashes of the tables and the values of the sequences. Left out are tables of extensions
// (theirs may hold rows of this database's own).
[[nodiscard]] compare_report compare_contents(const std::vector<const table_data*>& wanted,
                                              const std::vector<sequence_state>& sequences,
                                              const std::vector<session*>& workers,
                                              const std::stop_token& stop, progress_meter& meter);

}  // namespace chronos::internal

// `snapshot --engine`: what the server's background worker starts and supervises.
#pragma once

#include <string>

#include "chronos/snapshot.hpp"
#include "ctl/exit_status.hpp"

namespace chronos::ctl {

class output;

// Reports in JSON lines. The database is the one that the PG* variables name. Refuses if the one
// who asked is of another version than this program. When the snapshot is complete, what
// `retention` does not keep is forgotten (see retention_argument.hpp; empty: nothing is).
exit_status run_engine(snapshot_options options, const std::string& expected_version,
                       const std::string& retention, output& out);

}  // namespace chronos::ctl

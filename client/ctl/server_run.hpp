// A snapshot that the server takes, watched from here.
#pragma once

#include <string>

#include "chronos/server_snapshots.hpp"

namespace chronos::ctl {

class output;

// Asks for it, shows its progress until it ends and returns how. Ctrl-C ends the snapshot.
// Throws what the snapshot failed with.
[[nodiscard]] snapshot_run run_on_server(connection& database, const std::string& label,
                                         output& out);

}  // namespace chronos::ctl

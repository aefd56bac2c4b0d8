// Whether the server, as its operating system user, can and should keep snapshots in a directory.
#pragma once

#include <string_view>

namespace chronos::scheduler {

// Raises CH003 with the remedy if not. True if the directory is on the data directory's device.
bool check_repository(std::string_view url);

}  // namespace chronos::scheduler

// Whether the server, as its operating system user, can and should keep snapshots in a directory.
#pragma once

#include <string>
#include <string_view>

namespace chronos::scheduler {

struct repository_finding {
    std::string url;      // in the one form that a directory's URL has
    bool on_data_device;  // it shares the fate of the data directory
};

// Raises CH003 with the remedy if the server cannot or should not.
repository_finding check_repository(std::string_view url);

}  // namespace chronos::scheduler

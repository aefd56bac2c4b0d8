// Which snapshot is meant: SNAPSHOT, --before-version, --at, --of-database.
#pragma once

#include <optional>
#include <string>

#include "chronos/repository.hpp"

namespace CLI {
class App;
}

namespace chronos::ctl {

struct selector_options {
    std::string name;
    std::optional<std::int64_t> before_version;
    std::string at;
    std::string database;

    void add_to(CLI::App& verb);

    // Nothing if none was given. Throws error_code::usage if several were.
    [[nodiscard]] std::optional<snapshot_selector> chosen() const;
};

}  // namespace chronos::ctl

// The variables that compose puts into its files.
#pragma once

#include <map>
#include <string>

namespace chronos::ctl {

// Those of the file .env beside this one, and our own environment, which goes before them.
[[nodiscard]] std::map<std::string, std::string> variables_beside(const std::string& file);

}  // namespace chronos::ctl

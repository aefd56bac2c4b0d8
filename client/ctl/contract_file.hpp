// Contracts on disk.
#pragma once

#include <string>

#include "chronos/contract.hpp"

namespace chronos::ctl {

// "-" is standard input. Throws error_code::usage, with the file in the message.
[[nodiscard]] contract read_contract(const std::string& path);

}  // namespace chronos::ctl

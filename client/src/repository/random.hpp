#pragma once

#include <cstddef>
#include <string>

namespace chronos::internal {

// Twice as many lower-case hexadecimal digits, from the operating system.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace chronos::internal

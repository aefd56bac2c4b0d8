// Hashes of scripts.
#pragma once

#include <string>
#include <string_view>

namespace chronos::internal {

// SHA-256, in hexadecimal, over what of the script means something: comments, white space and line
// ends do not matter.
[[nodiscard]] std::string script_checksum(std::string_view script);

}  // namespace chronos::internal

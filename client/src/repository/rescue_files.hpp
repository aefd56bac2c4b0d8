// The two files that let a repository be understood and restored without chronos.
#pragma once

#include <string_view>

namespace chronos::internal {

[[nodiscard]] std::string_view format_description();  // FORMAT.md
[[nodiscard]] std::string_view rescue_script();       // restore.sh

}  // namespace chronos::internal

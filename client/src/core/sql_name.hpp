// Names of objects as they are written in SQL.
#pragma once

#include <string>
#include <string_view>

namespace chronos::core {

// With every part in quotes, so that equal names are equal texts: "public.\"My Table\"" gives
// "\"public\".\"My Table\"". Upper case stays: it is a name that the server has written.
[[nodiscard]] std::string fully_quoted(std::string_view name);

}  // namespace chronos::core

// Whether the extension in the source's database is there and new enough.
#pragma once

#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

enum class callable { by_somebody, by_us };

// Whether the extension has all of these functions of schema chronos, a value of type text[]; with
// by_us, also whether the session's role may execute them.
[[nodiscard]] bool has_extension_functions(session& on, const std::string& names,
                                           callable who = callable::by_somebody);

}  // namespace chronos::internal

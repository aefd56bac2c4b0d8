// The schemas that a run is repeated for.
#pragma once

#include <string>
#include <vector>

#include "connection/session.hpp"

namespace chronos::internal {

// Of schemas whose names fit one of the patterns (* and ?), in order; the empty name alone if there
// is no pattern. Throws not_found where a pattern fits none.
[[nodiscard]] std::vector<std::string> migration_scopes(session& on,
                                                        const std::vector<std::string>& patterns);

// Puts a schema first in the search path; nothing if it has no name.
void enter_scope(session& on, const std::string& scope);

}  // namespace chronos::internal

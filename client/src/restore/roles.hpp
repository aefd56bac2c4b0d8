// Roles of a snapshot on the server that it is restored to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "restore/script_runner.hpp"

namespace chronos::internal {

// Creates the roles of pg_dumpall's script that the server does not have, with their attributes,
// settings and memberships; those that exist are left as they are. Returns the new ones. Without
// the right to create roles it warns and creates none.
[[nodiscard]] std::vector<std::string> create_missing_roles(session& on, std::string_view globals,
                                                            const warn_function& warn);

}  // namespace chronos::internal

// A database whose migrations another tool has applied until now.
#pragma once

#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

// Throws refused where the table of a tool with directories of this layout says that something is
// applied; of one schema, unless the scope is empty.
void refuse_second_tool(session& on, const std::string& layout, const std::string& scope);

}  // namespace chronos::internal

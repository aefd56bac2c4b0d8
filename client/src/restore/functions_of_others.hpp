// Functions that run while rows are loaded, with the rights of the role that loads them.
#pragma once

#include <string>
#include <vector>

#include "connection/session.hpp"

namespace chronos::internal {

// Throws refused if a check, a generated column, a domain or a partition key of these tables
// (quoted_table()) calls a function of a role that is neither a superuser nor this session's.
void refuse_functions_of_others(session& on, const std::vector<std::string>& tables);

}  // namespace chronos::internal

// What to write instead: the volumes of each database service, and their declarations.
#pragma once

#include <string>
#include <vector>

#include "compose/database_service.hpp"
#include "compose/project.hpp"

namespace chronos::internal::compose {

// YAML that a person puts into the file; empty: all is as it should be.
[[nodiscard]] std::string corrected_yaml(const project& of,
                                         const std::vector<database_service>& services);

}  // namespace chronos::internal::compose

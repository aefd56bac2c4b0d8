// Whether the schema is what this session expects.
#pragma once

#include "backend/backend.hpp"

namespace chronos::gate {

// Throws sql_error if the schema does not satisfy `expected`, or if nobody can tell. To the owner
// of the database and to superusers the latter is a warning, unless `has_warned`; then the result
// is false. Inside a transaction; it gets no snapshot by it.
[[nodiscard]] bool is_satisfied(const std::string& expected, bool has_warned);

}  // namespace chronos::gate

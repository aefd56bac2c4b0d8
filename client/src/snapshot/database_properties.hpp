// What belongs to the database itself and pg_dump prints only with --create.
#pragma once

#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

// Settings, rights and comment as SQL for whatever database it is run in, since a restored one may
// have another name. Empty if there are none.
[[nodiscard]] std::string database_properties(session& on);

}  // namespace chronos::internal

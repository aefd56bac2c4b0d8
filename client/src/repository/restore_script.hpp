// The psql script inside each snapshot, by which restore.sh can restore it without chronos.
#pragma once

#include <string>

#include "repository/manifest.hpp"

namespace chronos::internal {

// From a manifest that is complete but for its restore_script: put the result as an object and
// enter it there. Pure ASCII, unless the database is SQL_ASCII.
[[nodiscard]] std::string restore_script(const manifest& of);

}  // namespace chronos::internal

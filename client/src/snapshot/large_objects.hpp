// Large objects: their definitions as SQL and their contents as pieces.
#pragma once

#include <string>

#include "connection/workers.hpp"
#include "repository/writing_session.hpp"

namespace chronos::internal {

// SQL that makes each large object, empty, with its owner, rights and comment.
[[nodiscard]] std::string large_object_definitions(session& on);

[[nodiscard]] large_object_data export_large_objects(session& on, writing_session& into,
                                                     const interruption& interrupted);

}  // namespace chronos::internal

// Who last changed each part of a relation.
#pragma once

#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;

struct blame_line {
    std::string part;  // "table", "column id", "constraint x", "index y", "trigger z", …
    std::int64_t version = 0;
    timestamp committed_at;
    std::string role;
    std::vector<std::string> statements;

    friend bool operator==(const blame_line&, const blame_line&) = default;
};

// As it was at a version (a reference as for diff(), but not "live"). Throws not_found, and as
// current_version() does. Thread-safety: that of the connection.
[[nodiscard]] CHRONOS_EXPORT std::vector<blame_line> blame(connection& database,
                                                           std::string_view relation,
                                                           std::string_view version = "current");

}  // namespace chronos

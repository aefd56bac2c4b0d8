// Whether indexes say what their tables do.
#pragma once

#include <string>
#include <vector>

#include "connection/workers.hpp"

namespace chronos::internal {

struct index_check {
    std::uint64_t checked = 0;
    std::vector<std::string> problems;
};

// Every btree index of the database against its table, by PostgreSQL's extension amcheck, which is
// created there. Throws what CREATE EXTENSION says.
[[nodiscard]] index_check check_indexes(const std::vector<session*>& workers,
                                        const std::stop_token& stop);

}  // namespace chronos::internal

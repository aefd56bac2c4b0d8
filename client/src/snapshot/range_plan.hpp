// Cutting tables into pieces of work of about equal size.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "snapshot/catalog.hpp"

namespace chronos::internal {

// Rows of one table whose block is in [first, last); without `last`, to the end.
struct block_range {
    std::size_t table = 0;  // index
    std::uint32_t number = 0;
    std::uint64_t first = 0;
    std::optional<std::uint64_t> last;
    bool whole = false;  // the table is not cut
    std::uint64_t bytes = 0;
};

// What a worker takes at a time: one range of a big table or several small tables.
struct export_task {
    std::vector<block_range> ranges;
    std::uint64_t bytes = 0;
};

// Biggest first. Tables without a block have no row and are left out; so are unlogged tables.
[[nodiscard]] std::vector<export_task> plan_ranges(const std::vector<source_table>& tables,
                                                   std::uint64_t block_size,
                                                   std::uint64_t range_bytes);

}  // namespace chronos::internal

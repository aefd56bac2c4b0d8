// Cutting tables into pieces of work of about equal size.
#pragma once

#include <cstdint>
#include <functional>
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

// How tables are cut.
struct cutting {
    std::uint64_t block_size = 8192;
    std::uint64_t range_bytes = 0;
    // Of tables that grow, only the end changes: 0, or how many bytes at the end are a range of
    // their own, in tables that have several times as many.
    std::uint64_t tail_bytes = 0;
    // The first blocks of the ranges that table number i was cut into before; empty: none. They are
    // kept, so that ranges can be compared.
    std::function<std::vector<std::uint64_t>(std::size_t)> before;
};

// Biggest first. Tables without a block have no row and are left out; so are unlogged tables.
[[nodiscard]] std::vector<export_task> plan_ranges(const std::vector<source_table>& tables,
                                                   const cutting& how);

}  // namespace chronos::internal

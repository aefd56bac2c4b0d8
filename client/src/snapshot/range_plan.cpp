#include "snapshot/range_plan.hpp"

#include <algorithm>

namespace chronos::internal {
namespace {

constexpr std::size_t kTablesAtOnce = 32;

bool has_data(const source_table& table) {
    if (!table.has_rows_of_its_own || table.unlogged) return false;
    return table.heap_bytes > 0 || !table.is_heap;
}

// A tail of its own pays from here on.
constexpr std::uint64_t kTailsAtLeast = 8;

// The first blocks of the ranges.
std::vector<std::uint64_t> first_blocks(const source_table& table, std::uint64_t blocks,
                                        const cutting& how, std::vector<std::uint64_t> known) {
    const auto total = table.heap_bytes + table.toast_bytes;
    const auto blocks_of = [&](std::uint64_t bytes) {
        return std::max<std::uint64_t>(1, blocks * bytes / std::max<std::uint64_t>(1, total));
    };
    std::erase_if(known, [&](std::uint64_t first) { return first >= blocks; });
    if (known.empty()) known.push_back(0);
    const auto parts = (total + how.range_bytes - 1) / how.range_bytes;
    const auto step = std::max<std::uint64_t>(1, (blocks + parts - 1) / parts);
    const auto tail = how.tail_bytes == 0 ? 0 : blocks_of(how.tail_bytes);
    while (blocks - known.back() > step + tail) known.push_back(known.back() + step);
    if (how.tail_bytes != 0 && blocks - known.back() > kTailsAtLeast * tail) {
        known.push_back(blocks - tail);
    }
    return known;
}

std::vector<block_range> cut(std::size_t index, const source_table& table, const cutting& how) {
    const auto blocks = std::max<std::uint64_t>(1, table.heap_bytes / how.block_size);
    const auto total = table.heap_bytes + table.toast_bytes;
    std::vector<std::uint64_t> firsts{0};
    if (table.is_heap && table.condition.empty()) {
        firsts = first_blocks(table, blocks, how,
                              how.before ? how.before(index) : std::vector<std::uint64_t>());
    }
    std::vector<block_range> ranges;
    for (std::size_t i = 0; i < firsts.size(); ++i) {
        block_range range;
        range.table = index;
        range.number = static_cast<std::uint32_t>(i);
        range.first = firsts[i];
        if (i + 1 < firsts.size()) range.last = firsts[i + 1];
        range.whole = firsts.size() == 1;
        range.bytes = total * (range.last.value_or(blocks) - range.first) / blocks;
        ranges.push_back(range);
    }
    return ranges;
}

}  // namespace

std::vector<export_task> plan_ranges(const std::vector<source_table>& tables, const cutting& how) {
    std::vector<export_task> tasks;
    export_task small;
    const auto flush = [&] {
        if (!small.ranges.empty()) tasks.push_back(std::move(small));
        small = {};
    };
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (!has_data(tables[i])) continue;
        const auto ranges = cut(i, tables[i], how);
        if (ranges.size() > 1) {
            for (const auto& range : ranges) tasks.push_back({{range}, range.bytes});
            continue;
        }
        small.ranges.push_back(ranges.front());
        small.bytes += ranges.front().bytes;
        if (small.ranges.size() == kTablesAtOnce || small.bytes > how.range_bytes / 4) flush();
    }
    flush();
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    return tasks;
}

}  // namespace chronos::internal

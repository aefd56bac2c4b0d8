#include "snapshot/range_plan.hpp"

#include <algorithm>

namespace chronos::internal {
namespace {

constexpr std::size_t kTablesAtOnce = 32;

bool has_data(const source_table& table) {
    if (!table.has_rows_of_its_own || table.unlogged) return false;
    return table.heap_bytes > 0 || !table.is_heap;
}

bool can_be_cut(const source_table& table) { return table.is_heap && table.condition.empty(); }

void cut(std::vector<export_task>& tasks, std::size_t index, const source_table& table,
         std::uint64_t block_size, std::uint64_t range_bytes) {
    const auto total = table.heap_bytes + table.toast_bytes;
    const auto blocks = std::max<std::uint64_t>(1, table.heap_bytes / block_size);
    const auto parts = std::min(blocks, (total + range_bytes - 1) / range_bytes);
    for (std::uint64_t part = 0; part < parts; ++part) {
        block_range range;
        range.table = index;
        range.number = static_cast<std::uint32_t>(part);
        range.first = blocks * part / parts;
        if (part + 1 < parts) range.last = blocks * (part + 1) / parts;
        range.bytes = total / parts;
        tasks.push_back({{range}, range.bytes});
    }
}

}  // namespace

std::vector<export_task> plan_ranges(const std::vector<source_table>& tables,
                                     std::uint64_t block_size, std::uint64_t range_bytes) {
    std::vector<export_task> tasks;
    export_task small;
    const auto flush = [&] {
        if (!small.ranges.empty()) tasks.push_back(std::move(small));
        small = {};
    };
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const auto& table = tables[i];
        if (!has_data(table)) continue;
        const auto bytes = table.heap_bytes + table.toast_bytes;
        if (bytes > range_bytes && can_be_cut(table)) {
            cut(tasks, i, table, block_size, range_bytes);
            continue;
        }
        block_range whole;
        whole.table = i;
        whole.whole = true;
        whole.bytes = bytes;
        small.ranges.push_back(whole);
        small.bytes += bytes;
        if (small.ranges.size() == kTablesAtOnce || small.bytes > range_bytes / 4) flush();
    }
    flush();
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    return tasks;
}

}  // namespace chronos::internal

#include "snapshot/range_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chronos::internal {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kBlock = 8192;

std::vector<source_table> tables(std::uint64_t blocks, std::uint64_t toast_blocks = 0) {
    source_table one;
    one.heap_bytes = blocks * kBlock;
    one.toast_bytes = toast_blocks * kBlock;
    return {one};
}

// "first-last" of each range, in order of blocks; without last to the end.
std::vector<std::string> ranges(const std::vector<source_table>& of, std::uint64_t tail_blocks,
                                const std::vector<std::uint64_t>& before = {}) {
    cutting how;
    how.block_size = kBlock;
    how.range_bytes = 100 * kBlock;
    how.tail_bytes = tail_blocks * kBlock;
    how.before = [&](std::size_t) { return before; };
    std::map<std::uint64_t, std::string> sorted;
    for (const auto& task : plan_ranges(of, how)) {
        for (const auto& range : task.ranges) {
            sorted[range.first] =
                std::to_string(range.first) + "-" + (range.last ? std::to_string(*range.last) : "");
        }
    }
    std::vector<std::string> result;
    for (const auto& [first, text] : sorted) result.push_back(text);
    return result;
}

}  // namespace

TEST(range_plan, a_small_table_is_one_range) {
    EXPECT_THAT(ranges(tables(1), 0), ElementsAre("0-"));
    EXPECT_THAT(ranges(tables(100), 0), ElementsAre("0-"));
    EXPECT_THAT(ranges(tables(30), 5), ElementsAre("0-"));
}

TEST(range_plan, a_big_table_is_cut_into_equal_ranges) {
    EXPECT_THAT(ranges(tables(150), 0), ElementsAre("0-75", "75-"));
    EXPECT_THAT(ranges(tables(300), 0), ElementsAre("0-100", "100-200", "200-"));
}

TEST(range_plan, toast_makes_ranges_of_fewer_blocks) {
    EXPECT_THAT(ranges(tables(20, 180), 0), ElementsAre("0-10", "10-"));
}

TEST(range_plan, a_table_without_a_block_has_no_range) {
    EXPECT_THAT(ranges(tables(0), 5), ElementsAre());
}

TEST(range_plan, the_end_is_a_range_of_its_own) {
    EXPECT_THAT(ranges(tables(90), 5), ElementsAre("0-85", "85-"));
    EXPECT_THAT(ranges(tables(300), 5), ElementsAre("0-100", "100-200", "200-295", "295-"));
}

TEST(range_plan, a_table_that_did_not_change_is_cut_as_before) {
    EXPECT_THAT(ranges(tables(300), 5, {0, 100, 200, 295}),
                ElementsAre("0-100", "100-200", "200-295", "295-"));
    EXPECT_THAT(ranges(tables(300), 5, {0, 7, 290}), ElementsAre("0-7", "7-290", "290-"));
}

TEST(range_plan, a_table_that_grew_is_cut_further_at_its_end) {
    EXPECT_THAT(ranges(tables(310), 5, {0, 100, 200, 295}),
                ElementsAre("0-100", "100-200", "200-295", "295-"));
    EXPECT_THAT(ranges(tables(345), 5, {0, 100, 200, 295}),
                ElementsAre("0-100", "100-200", "200-295", "295-340", "340-"));
}

TEST(range_plan, a_table_that_shrank_loses_ranges_at_its_end) {
    EXPECT_THAT(ranges(tables(150), 5, {0, 100, 200, 295}),
                ElementsAre("0-100", "100-145", "145-"));
}

TEST(range_plan, what_cannot_be_cut_is_one_range) {
    auto some = tables(300);
    some[0].condition = "WHERE true";
    EXPECT_THAT(ranges(some, 5, {0, 100}), ElementsAre("0-"));
    some = tables(300);
    some[0].is_heap = false;
    EXPECT_THAT(ranges(some, 5), ElementsAre("0-"));
}

}  // namespace chronos::internal

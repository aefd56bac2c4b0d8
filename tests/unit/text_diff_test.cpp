#include "chronos/text_diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "core/line_diff.hpp"

namespace chronos {

namespace {

std::string unified(std::string_view from, std::string_view to, std::size_t context = 3) {
    std::string text;
    for (const diff_hunk& hunk : text_diff(from, to, context)) {
        text += hunk.title() + '\n';
        for (const diff_line& line : hunk.lines) {
            text += line.change == line_change::same      ? ' '
                    : line.change == line_change::removed ? '-'
                                                          : '+';
            text += line.text + '\n';
        }
    }
    return text;
}

std::size_t edits(const core::line_edit& edit) {
    return static_cast<std::size_t>(std::count(edit.removed.begin(), edit.removed.end(), true) +
                                    std::count(edit.added.begin(), edit.added.end(), true));
}

// By the table that Myers' algorithm avoids.
std::size_t fewest_edits(const std::vector<int>& from, const std::vector<int>& to) {
    std::vector<std::vector<std::size_t>> common(from.size() + 1,
                                                 std::vector<std::size_t>(to.size() + 1));
    for (std::size_t x = 1; x <= from.size(); ++x) {
        for (std::size_t y = 1; y <= to.size(); ++y) {
            common[x][y] = from[x - 1] == to[y - 1] ? common[x - 1][y - 1] + 1
                                                    : std::max(common[x - 1][y], common[x][y - 1]);
        }
    }
    return from.size() + to.size() - 2 * common[from.size()][to.size()];
}

std::vector<int> kept(const std::vector<int>& all, const std::vector<bool>& left_out) {
    std::vector<int> result;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!left_out[i]) result.push_back(all[i]);
    }
    return result;
}

}  // namespace

TEST(text_diff, equal_texts_have_no_hunks) {
    EXPECT_TRUE(text_diff("", "").empty());
    EXPECT_TRUE(text_diff("a\nb\n", "a\nb\n").empty());
    EXPECT_TRUE(text_diff("a\nb", "a\nb\n").empty());
}

TEST(text_diff, looks_as_diff_u_prints_it) {
    EXPECT_EQ(unified("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
              "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(text_diff, a_text_that_appears_or_goes_starts_at_line_0) {
    EXPECT_EQ(unified("", "a\nb\n"), "@@ -0,0 +1,2 @@\n+a\n+b\n");
    EXPECT_EQ(unified("a\nb\n", ""), "@@ -1,2 +0,0 @@\n-a\n-b\n");
    EXPECT_EQ(unified("a\n", "a\nb\n", 0), "@@ -1,0 +2 @@\n+b\n");
}

TEST(text_diff, changes_far_from_each_other_are_in_hunks_of_their_own) {
    const std::string from = "a\n1\n2\n3\n4\n5\n6\n7\nb\n";
    EXPECT_EQ(text_diff(from, "A\n1\n2\n3\n4\n5\n6\n7\nB\n").size(), 2U);
    EXPECT_EQ(text_diff(from, "A\n1\n2\n3\n4\n5\n6\n7\nB\n", 4).size(), 1U);
}

TEST(text_diff, an_empty_line_is_a_line) {
    EXPECT_EQ(unified("a\n\nb\n", "a\nb\n", 0), "@@ -2 +1,0 @@\n-\n");
}

TEST(line_diff, finds_a_shortest_edit_that_leaves_the_same_in_both) {
    std::mt19937 random(20261123);
    for (int round = 0; round < 3000; ++round) {
        const auto sequence = [&random](int letters) {
            std::vector<int> result(random() % 14);
            for (int& element : result) element = static_cast<int>(random()) % letters;
            return result;
        };
        const int letters = 1 + round % 5;
        const auto from = sequence(letters);
        const auto to = sequence(letters);
        const auto edit = core::shortest_edit(from, to);
        ASSERT_EQ(kept(from, edit.removed), kept(to, edit.added)) << "round " << round;
        ASSERT_EQ(edits(edit), fewest_edits(from, to)) << "round " << round;
    }
}

TEST(line_diff, long_texts_without_a_common_line_need_no_more_memory_than_they_have_lines) {
    std::vector<int> from(20'000);
    std::vector<int> to(20'000);
    for (std::size_t i = 0; i < from.size(); ++i) {
        from[i] = static_cast<int>(i);
        to[i] = -1 - static_cast<int>(i);
    }
    EXPECT_EQ(edits(core::shortest_edit(from, to)), from.size() + to.size());
}

}  // namespace chronos

// Two texts compared line by line, as diff -u and git do.
#pragma once

#include <chronos/export.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

enum class line_change { same, removed, added };

struct diff_line {
    line_change change = line_change::same;
    std::string text;  // without its line end

    friend bool operator==(const diff_line&, const diff_line&) = default;
};

// A stretch of lines with changes and the lines around them. Starts count from 1; where a count is
// 0, the start is the line before.
struct diff_hunk {
    std::size_t old_start = 0;
    std::size_t old_count = 0;
    std::size_t new_start = 0;
    std::size_t new_count = 0;
    std::vector<diff_line> lines;

    // "@@ -1,4 +1,5 @@"
    [[nodiscard]] CHRONOS_EXPORT std::string title() const;

    friend bool operator==(const diff_hunk&, const diff_hunk&) = default;
};

// The fewest lines that lead from one text to the other, with `context` unchanged lines around
// them; empty if there is no difference. A line end at the very end makes none. Safe from any
// thread.
[[nodiscard]] CHRONOS_EXPORT std::vector<diff_hunk> text_diff(std::string_view from,
                                                              std::string_view to,
                                                              std::size_t context = 3);

}  // namespace chronos

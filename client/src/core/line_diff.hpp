// The shortest edit between two sequences, by Myers' algorithm in linear space.
#pragma once

#include <vector>

namespace chronos::core {

struct line_edit {
    std::vector<bool> removed;  // one for each element of the old sequence
    std::vector<bool> added;    // one for each element of the new one
};

// What is neither removed nor added stands in both in the same order.
[[nodiscard]] line_edit shortest_edit(const std::vector<int>& from, const std::vector<int>& to);

}  // namespace chronos::core

#include "core/line_diff.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace chronos::core {

namespace {

// A rectangle of the edit graph: elements [old_begin, old_end) against [new_begin, new_end).
struct box {
    std::ptrdiff_t old_begin, old_end, new_begin, new_end;
};

struct point {
    std::ptrdiff_t x, y;
};

class comparison {
  public:
    comparison(const std::vector<int>& from, const std::vector<int>& to, line_edit& result)
        : from_(from),
          to_(to),
          result_(result),
          origin_(static_cast<std::ptrdiff_t>(to.size()) + 1),
          forward_(from.size() + to.size() + 3),
          backward_(from.size() + to.size() + 3) {}

    // The box is cut where a shortest path passes, and the parts are compared by themselves.
    void compare(box b) {
        while (b.old_begin < b.old_end && b.new_begin < b.new_end && same(b.old_begin, b.new_begin))
            ++b.old_begin, ++b.new_begin;
        while (b.old_begin < b.old_end && b.new_begin < b.new_end &&
               same(b.old_end - 1, b.new_end - 1))
            --b.old_end, --b.new_end;
        if (b.old_begin == b.old_end) {
            std::fill(result_.added.begin() + b.new_begin, result_.added.begin() + b.new_end, true);
        } else if (b.new_begin == b.new_end) {
            std::fill(result_.removed.begin() + b.old_begin, result_.removed.begin() + b.old_end,
                      true);
        } else {
            const point middle = meeting(b);
            compare({b.old_begin, middle.x, b.new_begin, middle.y});
            compare({middle.x, b.old_end, middle.y, b.new_end});
        }
    }

  private:
    static constexpr std::ptrdiff_t kFar = std::numeric_limits<std::ptrdiff_t>::max();

    [[nodiscard]] bool same(std::ptrdiff_t x, std::ptrdiff_t y) const {
        return from_[static_cast<std::size_t>(x)] == to_[static_cast<std::size_t>(y)];
    }
    // Furthest points reached on a diagonal x - y.
    std::ptrdiff_t& ahead(std::ptrdiff_t diagonal) {
        return forward_[static_cast<std::size_t>(origin_ + diagonal)];
    }
    std::ptrdiff_t& behind(std::ptrdiff_t diagonal) {
        return backward_[static_cast<std::size_t>(origin_ + diagonal)];
    }

    // Where a path from the beginning and one from the end, each lengthened in turn, first meet.
    point meeting(const box& b) {
        const std::ptrdiff_t lowest = b.old_begin - b.new_end;
        const std::ptrdiff_t highest = b.old_end - b.new_begin;
        const std::ptrdiff_t first = b.old_begin - b.new_begin;
        const std::ptrdiff_t last = b.old_end - b.new_end;
        const bool odd = ((first - last) & 1) != 0;
        std::ptrdiff_t ahead_low = first, ahead_high = first;
        std::ptrdiff_t behind_low = last, behind_high = last;
        ahead(first) = b.old_begin;
        behind(last) = b.old_end;
        for (;;) {
            ahead_low > lowest ? ahead(--ahead_low - 1) = -1 : ++ahead_low;
            ahead_high < highest ? ahead(++ahead_high + 1) = -1 : --ahead_high;
            for (auto d = ahead_high; d >= ahead_low; d -= 2) {
                const std::ptrdiff_t x = advance(b, d);
                if (odd && behind_low <= d && d <= behind_high && behind(d) <= x) return {x, x - d};
            }
            behind_low > lowest ? behind(--behind_low - 1) = kFar : ++behind_low;
            behind_high < highest ? behind(++behind_high + 1) = kFar : --behind_high;
            for (auto d = behind_high; d >= behind_low; d -= 2) {
                const std::ptrdiff_t x = retreat(b, d);
                if (!odd && ahead_low <= d && d <= ahead_high && x <= ahead(d)) return {x, x - d};
            }
        }
    }

    std::ptrdiff_t advance(const box& b, std::ptrdiff_t d) {
        std::ptrdiff_t x = std::max(ahead(d - 1) + 1, ahead(d + 1));
        while (x < b.old_end && x - d < b.new_end && same(x, x - d)) ++x;
        return ahead(d) = x;
    }

    std::ptrdiff_t retreat(const box& b, std::ptrdiff_t d) {
        std::ptrdiff_t x = std::min(behind(d - 1), behind(d + 1) - 1);
        while (x > b.old_begin && x - d > b.new_begin && same(x - 1, x - d - 1)) --x;
        return behind(d) = x;
    }

    const std::vector<int>& from_;
    const std::vector<int>& to_;
    line_edit& result_;
    std::ptrdiff_t origin_;
    std::vector<std::ptrdiff_t> forward_;
    std::vector<std::ptrdiff_t> backward_;
};

}  // namespace

line_edit shortest_edit(const std::vector<int>& from, const std::vector<int>& to) {
    line_edit result{std::vector<bool>(from.size()), std::vector<bool>(to.size())};
    comparison(from, to, result)
        .compare({0, static_cast<std::ptrdiff_t>(from.size()), 0,
                  static_cast<std::ptrdiff_t>(to.size())});
    return result;
}

}  // namespace chronos::core

#include "chronos/text_diff.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/line_diff.hpp"

namespace chronos {

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// Equal lines get equal numbers, so that comparing two of them costs the same whatever their
// length.
class numbering {
  public:
    std::vector<int> numbers(const std::vector<std::string_view>& lines) {
        std::vector<int> result;
        result.reserve(lines.size());
        for (const std::string_view line : lines) {
            result.push_back(known_.emplace(line, static_cast<int>(known_.size())).first->second);
        }
        return result;
    }

  private:
    std::unordered_map<std::string_view, int> known_;
};

std::vector<diff_line> merged(const std::vector<std::string_view>& from,
                              const std::vector<std::string_view>& to,
                              const core::line_edit& edit) {
    std::vector<diff_line> lines;
    std::size_t x = 0;
    std::size_t y = 0;
    while (x < from.size() || y < to.size()) {
        if (x < from.size() && edit.removed[x]) {
            lines.push_back({line_change::removed, std::string(from[x++])});
        } else if (y < to.size() && edit.added[y]) {
            lines.push_back({line_change::added, std::string(to[y++])});
        } else {
            lines.push_back({line_change::same, std::string(from[x++])});
            ++y;
        }
    }
    return lines;
}

// Which lines are a change or near one.
std::vector<bool> shown(const std::vector<diff_line>& lines, std::size_t context) {
    std::vector<bool> result(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].change == line_change::same) continue;
        const std::size_t first = i - std::min(i, context);
        const std::size_t last = std::min(lines.size() - 1, i + std::min(context, lines.size()));
        for (std::size_t near = first; near <= last; ++near) result[near] = true;
    }
    return result;
}

std::string range(std::size_t start, std::size_t count) {
    return std::to_string(start) + (count == 1 ? std::string() : "," + std::to_string(count));
}

}  // namespace

std::string diff_hunk::title() const {
    return "@@ -" + range(old_start, old_count) + " +" + range(new_start, new_count) + " @@";
}

std::vector<diff_hunk> text_diff(std::string_view from, std::string_view to, std::size_t context) {
    const auto old_lines = lines_of(from);
    const auto new_lines = lines_of(to);
    numbering known;
    const auto old_numbers = known.numbers(old_lines);
    const auto edit = core::shortest_edit(old_numbers, known.numbers(new_lines));
    const auto lines = merged(old_lines, new_lines, edit);
    const auto wanted = shown(lines, context);
    std::vector<diff_hunk> hunks;
    std::size_t x = 0;
    std::size_t y = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (wanted[i]) {
            if (i == 0 || !wanted[i - 1]) hunks.push_back({x, 0, y, 0, {}});
            diff_hunk& hunk = hunks.back();
            if (lines[i].change != line_change::added && hunk.old_count++ == 0) ++hunk.old_start;
            if (lines[i].change != line_change::removed && hunk.new_count++ == 0) ++hunk.new_start;
            hunk.lines.push_back(lines[i]);
        }
        if (lines[i].change != line_change::added) ++x;
        if (lines[i].change != line_change::removed) ++y;
    }
    return hunks;
}

}  // namespace chronos

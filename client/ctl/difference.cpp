#include "ctl/difference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "chronos/text_diff.hpp"
#include "ctl/output.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kLeastBar = 10;

struct line_counts {
    std::size_t added = 0;
    std::size_t removed = 0;
    [[nodiscard]] std::size_t total() const { return added + removed; }
};

line_counts count_lines(const object_difference& difference) {
    line_counts counts;
    for (const diff_hunk& hunk : text_diff(difference.old_sql, difference.sql, 0)) {
        for (const diff_line& line : hunk.lines) {
            if (line.change == line_change::added) ++counts.added;
            if (line.change == line_change::removed) ++counts.removed;
        }
    }
    return counts;
}

std::string marked(const diff_line& line, const output& out) {
    const std::string text = printable_lines(line.text);
    switch (line.change) {
        case line_change::added:
            return out.good('+' + text);
        case line_change::removed:
            return out.bad('-' + text);
        default:
            return ' ' + text;
    }
}

std::string_view old_name(const object_difference& difference) {
    return difference.old_identity.empty() ? difference.identity : difference.old_identity;
}

// As many signs as there are lines, or in proportion where there is no room for them.
std::string bar(const line_counts& counts, std::size_t most, std::size_t room, const output& out) {
    const auto scaled = [&](std::size_t lines) {
        if (most <= room || lines == 0) return lines;
        return std::max<std::size_t>(1, lines * room / most);
    };
    return out.good(std::string(scaled(counts.added), '+')) +
           out.bad(std::string(scaled(counts.removed), '-'));
}

std::string totals(std::size_t objects, const line_counts& all) {
    return fmt::format(" {} changed, {} added, {} removed\n", counted(objects, "object"),
                       counted(all.added, "line"), counted(all.removed, "line"));
}

}  // namespace

std::string title_of(const object_difference& difference) {
    std::string title = fmt::format("{} {}", difference.kind, difference.identity);
    if (!difference.old_identity.empty())
        title += fmt::format(" (was {})", difference.old_identity);
    return printable(title);
}

std::string unified(const object_difference& difference, const output& out) {
    const auto side = [](const std::string& sql, std::string_view kind, std::string_view name) {
        return sql.empty() ? std::string("/dev/null") : printable(fmt::format("{} {}", kind, name));
    };
    std::string text =
        out.strong(fmt::format("{} {}", difference.change, title_of(difference))) + '\n';
    const auto hunks = text_diff(difference.old_sql, difference.sql);
    if (hunks.empty()) return text;
    text += out.strong("--- " + side(difference.old_sql, difference.kind, old_name(difference))) +
            '\n' + out.strong("+++ " + side(difference.sql, difference.kind, difference.identity)) +
            '\n';
    for (const diff_hunk& hunk : hunks) {
        text += out.place(hunk.title()) + '\n';
        for (const diff_line& line : hunk.lines) text += marked(line, out) + '\n';
    }
    return text;
}

std::string statistics(const std::vector<object_difference>& differences, std::size_t width,
                       const output& out) {
    std::vector<line_counts> counts;
    line_counts all;
    std::size_t most = 0;
    std::size_t widest = 0;
    for (const object_difference& one : differences) {
        counts.push_back(count_lines(one));
        all.added += counts.back().added;
        all.removed += counts.back().removed;
        most = std::max(most, counts.back().total());
        widest = std::max(widest, display_width(title_of(one)));
    }
    const std::size_t columns = width == 0 ? kUsualWidth : width;
    const std::size_t number = std::to_string(most).size();
    const std::size_t fixed = number + 5;  // " title | number bar"
    const std::size_t title_room =
        std::min(widest, columns > fixed + 2 * kLeastBar ? columns - fixed - kLeastBar : kLeastBar);
    const std::size_t used = title_room + fixed;
    const std::size_t room = columns > used + kLeastBar ? columns - used : kLeastBar;
    std::string text;
    for (std::size_t i = 0; i < differences.size(); ++i) {
        const std::string title = shortened(title_of(differences[i]), title_room);
        std::string line = fmt::format(" {}{} | {:>{}} {}", title,
                                       std::string(title_room - display_width(title), ' '),
                                       counts[i].total(), number, bar(counts[i], most, room, out));
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text + totals(differences.size(), all);
}

std::string names(const std::vector<object_difference>& differences) {
    std::string text;
    for (const object_difference& one : differences) {
        text += fmt::format("{:<7}  {}\n", one.change, title_of(one));
    }
    return text;
}

std::string part_line(const part_difference& part) {
    std::string line = fmt::format("{} {}", part.part, part.change);
    if (!part.old_name.empty()) line += fmt::format(" (was {})", part.old_name);
    const auto brief = [](const std::optional<std::string>& value) {
        constexpr std::size_t kWidth = 60;
        return value ? shortened(one_line(*value), kWidth) : std::string("nothing");
    };
    if (part.change == "changed") {
        line += fmt::format(": {} -> {}", brief(part.old_value), brief(part.value));
    }
    return printable(line);
}

}  // namespace chronos::ctl

#include "ctl/table.hpp"

#include <algorithm>
#include <numeric>

#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeast = 8;  // no column is shortened below this

std::string padded(std::string_view text, std::size_t width, alignment align) {
    const std::size_t used = display_width(text);
    const std::string blanks(width > used ? width - used : 0, ' ');
    return align == alignment::right ? blanks + std::string(text) : std::string(text) + blanks;
}

}  // namespace

void table::add(const std::vector<std::string>& cells) {
    auto& row = rows_.emplace_back();
    row.reserve(columns_.size());
    for (const std::string& cell : cells) row.push_back(printable(cell));
    row.resize(columns_.size());
}

std::vector<std::size_t> table::widths(std::size_t limit) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = display_width(columns_[i].title);
        for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
        widths.push_back(width);
    }
    const auto total = [&] {
        return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
    };
    while (limit > 0 && total() > limit) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].align == alignment::right || widths[i] <= kLeast) continue;
            if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
        }
        if (widest == nullptr) break;
        *widest = std::max(kLeast, *widest - std::min(*widest, total() - limit));
    }
    return widths;
}

std::string table::row(const std::vector<std::string>& cells,
                       const std::vector<std::size_t>& widths) const {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.append(kGap, ' ');
        line += padded(shortened(cells[i], widths[i]), widths[i], columns_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::string table::render(std::size_t width) const {
    const auto sizes = widths(width);
    std::vector<std::string> titles;
    for (const column& column : columns_) titles.push_back(column.title);
    std::string text = row(titles, sizes);
    for (const auto& cells : rows_) text += row(cells, sizes);
    return text;
}

void field_list::add(std::string_view name, std::string_view value) {
    fields_.emplace_back(name, printable(value));
}

std::string field_list::render() const {
    std::size_t width = 0;
    for (const auto& [name, value] : fields_) width = std::max(width, display_width(name));
    std::string text;
    for (const auto& [name, value] : fields_) {
        const std::string label = name.empty() ? "" : name + ":";
        text += padded(label, width + 1 + kGap, alignment::left) + value + '\n';
    }
    return text;
}

}  // namespace chronos::ctl

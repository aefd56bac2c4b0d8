// A table and a list of fields, laid out for reading.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chronos::ctl {

enum class alignment { left, right };

struct column {
    std::string title;
    alignment align = alignment::left;
};

class table {
  public:
    explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}

    // As many cells as columns. Control characters are shown, not sent.
    void add(const std::vector<std::string>& cells);

    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

    // A title line and one line a row. Where the width does not suffice, the widest left-aligned
    // columns are shortened, numbers never.
    [[nodiscard]] std::string render(std::size_t width) const;

  private:
    [[nodiscard]] std::vector<std::size_t> widths(std::size_t limit) const;
    [[nodiscard]] std::string row(const std::vector<std::string>& cells,
                                  const std::vector<std::size_t>& widths) const;

    std::vector<column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// "name:  value" lines with the values under each other.
class field_list {
  public:
    void add(std::string_view name, std::string_view value);
    [[nodiscard]] std::string render() const;

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace chronos::ctl

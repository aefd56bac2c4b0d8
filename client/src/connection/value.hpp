// What a query gives back: plain values, independent of any client library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chronos::internal {

using value = std::optional<std::string>;

class row {
  public:
    row() = default;
    explicit row(std::vector<value> values) : values_(std::move(values)) {}

    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] const value& operator[](std::size_t column) const { return values_.at(column); }
    [[nodiscard]] bool is_null(std::size_t column) const { return !values_.at(column).has_value(); }
    // Empty for NULL.
    [[nodiscard]] std::string text(std::size_t column) const {
        return values_.at(column).value_or(std::string());
    }
    // 0 and false for NULL.
    [[nodiscard]] std::int64_t number(std::size_t column) const {
        return is_null(column) ? 0 : std::stoll(*values_.at(column));
    }
    [[nodiscard]] bool flag(std::size_t column) const { return text(column) == "t"; }

  private:
    std::vector<value> values_;
};

using rows = std::vector<row>;

}  // namespace chronos::internal

// Columns of a result as values of the public headers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chronos/timestamp.hpp"
#include "connection/value.hpp"

namespace chronos::internal {

// A column of microseconds since 1970.
[[nodiscard]] inline timestamp moment(const row& from, std::size_t column) {
    return timestamp(std::chrono::microseconds(from.number(column)));
}

[[nodiscard]] inline std::optional<timestamp> moment_or_none(const row& from, std::size_t column) {
    if (from.is_null(column)) return std::nullopt;
    return moment(from, column);
}

[[nodiscard]] inline std::optional<std::int64_t> number_or_none(const row& from,
                                                                std::size_t column) {
    if (from.is_null(column)) return std::nullopt;
    return from.number(column);
}

[[nodiscard]] inline std::uint64_t count(const row& from, std::size_t column) {
    return static_cast<std::uint64_t>(from.number(column));
}

// The elements of a JSON array of texts; empty for anything else, such as NULL.
[[nodiscard]] std::vector<std::string> texts(const std::string& json);

// The reverse.
[[nodiscard]] std::string json_of(const std::vector<std::string>& texts);

}  // namespace chronos::internal

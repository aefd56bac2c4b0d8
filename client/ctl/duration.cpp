#include "ctl/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace chronos::ctl {

namespace {

constexpr std::int64_t kMost = std::int64_t{1000} * 86400;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits{
    {{"", 1}, {"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}}};

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || number < 0 || number > kMost) return std::nullopt;
    const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
    for (const auto& [name, seconds] : kUnits) {
        if (unit == name && number * seconds <= kMost)
            return std::chrono::seconds(number * seconds);
    }
    return std::nullopt;
}

}  // namespace chronos::ctl

// Durations on the command line.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace chronos::ctl {

// 90s, 15min, 2h, 1d; a number alone is seconds. Nothing for anything else, or more than 1000 days.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace chronos::ctl

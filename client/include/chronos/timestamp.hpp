// A moment, to the microsecond, in UTC: what PostgreSQL's timestamptz holds.
#pragma once

#include <chrono>
#include <chronos/export.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace chronos {

using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// "2026-11-23T04:19:32.000123Z". Always of this one form, so that texts sort as the moments do.
[[nodiscard]] CHRONOS_EXPORT std::string to_string(timestamp moment);

// Reads a date with or without a time, separated by a blank or T, with or without a zone (Z or
// +HH[:MM]): "2026-11-23", "2026-11-23 04:19:32.5+02". Without a zone it is UTC. Nothing if it is
// not a moment.
[[nodiscard]] CHRONOS_EXPORT std::optional<timestamp> parse_timestamp(std::string_view text);

}  // namespace chronos

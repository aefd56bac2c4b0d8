// Text for people: widths, sizes, durations, times. Nothing here knows where it is printed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "chronos/timestamp.hpp"

namespace chronos::ctl {

// Columns that UTF-8 text takes on a terminal: wide characters count twice, combining ones not at
// all.
[[nodiscard]] std::size_t display_width(std::string_view text);

// Control characters become \n, \t, \x1b …, so that a name can neither break a line nor drive the
// terminal.
[[nodiscard]] std::string printable(std::string_view text);

// The same, but lines and tabs stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

// At most `width` columns; what is cut off is shown by "...".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

// One line: runs of white space become one blank.
[[nodiscard]] std::string one_line(std::string_view text);

// 0 bytes, 999 bytes, 1.2 kB, 34 MB, 5.6 GB (powers of 1000).
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

// 130,102
[[nodiscard]] std::string grouped(std::uint64_t number);

// 1 table, 2 tables
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

// 0.4 s, 12 s, 3 min 20 s, 2 h 5 min
[[nodiscard]] std::string human_duration(std::chrono::duration<double> duration);

// 2026-11-23 04:21:07+01, in the local time zone.
[[nodiscard]] std::string local_time(timestamp moment);

}  // namespace chronos::ctl

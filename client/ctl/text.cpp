#include "ctl/text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <ctime>

namespace chronos::ctl {

namespace {

struct character {
    char32_t code;
    std::size_t bytes;
};

// The character at the start of text. A byte that is no UTF-8 stands for itself.
character next_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (bytes == 1 || bytes > text.size()) return {lead, 1};
    char32_t code = lead & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xc0U) != 0x80U) return {lead, 1};
        code = code << 6U | (byte & 0x3fU);
    }
    return {code, bytes};
}

struct range {
    char32_t first, last;
};

template <std::size_t size>
bool within(const std::array<range, size>& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [code](const range& r) { return code >= r.first && code <= r.last; });
}

// The large blocks of Unicode's tables; a rare script may be off by a column.
constexpr std::array<range, 7> kNoWidth{{{0x300, 0x36f},
                                         {0x483, 0x489},
                                         {0x591, 0x5bd},
                                         {0x1ab0, 0x1aff},
                                         {0x200b, 0x200f},
                                         {0x20d0, 0x20ff},
                                         {0xfe00, 0xfe0f}}};
constexpr std::array<range, 8> kDoubleWidth{{{0x1100, 0x115f},
                                             {0x2e80, 0xa4cf},
                                             {0xac00, 0xd7a3},
                                             {0xf900, 0xfaff},
                                             {0xfe30, 0xfe6f},
                                             {0xff00, 0xff60},
                                             {0x1f300, 0x1faff},
                                             {0x20000, 0x3fffd}}};

std::size_t width_of(char32_t code) {
    if (code < 0x300) return 1;
    if (within(kNoWidth, code)) return 0;
    return within(kDoubleWidth, code) ? 2 : 1;
}

bool is_control(const character& c) {
    return c.code < 0x20 || c.code == 0x7f || (c.bytes > 1 && c.code >= 0x80 && c.code < 0xa0);
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const character c = next_character(text);
        width += width_of(c.code);
        text.remove_prefix(c.bytes);
    }
    return width;
}

namespace {

std::string escaped(std::string_view text, bool keep_lines) {
    std::string result;
    while (!text.empty()) {
        const character c = next_character(text);
        const bool kept = keep_lines && (c.code == '\n' || c.code == '\t');
        if (kept || !is_control(c)) {
            result += text.substr(0, c.bytes);
        } else if (c.code == '\n') {
            result += "\\n";
        } else if (c.code == '\t') {
            result += "\\t";
        } else {
            result += fmt::format("\\x{:02x}", static_cast<unsigned>(c.code));
        }
        text.remove_prefix(c.bytes);
    }
    return result;
}

}  // namespace

std::string printable(std::string_view text) { return escaped(text, false); }

std::string printable_lines(std::string_view text) { return escaped(text, true); }

std::string shortened(std::string_view text, std::size_t width) {
    constexpr std::string_view kCut = "...";
    if (display_width(text) <= width) return std::string(text);
    const bool room = width > kCut.size();
    const std::size_t kept = room ? width - kCut.size() : width;
    std::string result;
    std::size_t used = 0;
    while (!text.empty()) {
        const character c = next_character(text);
        if (used + width_of(c.code) > kept) break;
        used += width_of(c.code);
        result += text.substr(0, c.bytes);
        text.remove_prefix(c.bytes);
    }
    return room ? result.append(kCut) : result;
}

std::string one_line(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) {
            result += c;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

std::string human_bytes(std::uint64_t bytes) {
    if (bytes == 1) return "1 byte";
    if (bytes < 1000) return fmt::format("{} bytes", bytes);
    constexpr std::array kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, kUnits[unit]);
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3) {
        digits.insert(static_cast<std::size_t>(place), 1, ',');
    }
    return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

std::string human_duration(std::chrono::duration<double> duration) {
    const double seconds = std::max(0.0, duration.count());
    if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string local_time(timestamp moment) {
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(moment));
    std::tm fields{};
    localtime_r(&seconds, &fields);
    std::string text = fmt::format("{:%Y-%m-%d %H:%M:%S%z}", fields);
    if (text.ends_with("00")) text.resize(text.size() - 2);
    return text;
}

}  // namespace chronos::ctl

#include "core/cron.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace chronos::core {

namespace {

constexpr std::int64_t kDay = 86400;
constexpr int kMinutesOfDay = 1440;
constexpr std::size_t kLongestQuote = 40;
constexpr std::string_view kBlanks = " \t";

struct field_rules {
    std::string_view name;
    int least;
    int most;
    std::string_view names;  // of three letters each; the first stands for `least`
};

constexpr std::array<field_rules, 5> kFields{{
    {"minute", 0, 59, {}},
    {"hour", 0, 23, {}},
    {"day of month", 1, 31, {}},
    {"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
    {"day of week", 0, 7, "SUNMONTUEWEDTHUFRISAT"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kShorthands{{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool same_letters(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return upper(a) == upper(b); });
}

// Whatever bytes a hostile text has, the message is short and plain ASCII.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text.substr(0, kLongestQuote)) {
        out += c >= ' ' && c <= '~' ? c : '?';
    }
    return out + (text.size() > kLongestQuote ? "...\"" : "\"");
}

class field_reader {
  public:
    explicit field_reader(const field_rules& rules) : rules_(rules) {}

    // The values that a field stands for, as bits.
    [[nodiscard]] std::uint64_t read(std::string_view field) const {
        std::uint64_t values = 0;
        for (std::string_view rest = field;;) {
            const std::size_t comma = rest.find(',');
            values |= part(rest.substr(0, comma));
            if (comma == std::string_view::npos) {
                return values;
            }
            rest.remove_prefix(comma + 1);
        }
    }

  private:
    [[noreturn]] void refuse(const std::string& what) const {
        throw cron_error(std::string(rules_.name) + ": " + what);
    }

    [[nodiscard]] std::uint64_t part(std::string_view text) const {
        if (text.empty()) {
            refuse("a value is missing before or after a comma");
        }
        const std::size_t slash = text.find('/');
        const std::string_view range = text.substr(0, slash);
        const auto [low, high] = bounds(range);
        int step = 1;
        if (slash != std::string_view::npos) {
            step = read_step(text, text.substr(slash + 1));
            if (range != "*" && range.find('-') == std::string_view::npos) {
                refuse("a step needs a range or *: write " +
                       in_quotes(std::string(range) + '-' + std::to_string(rules_.most) +
                                 std::string(text.substr(slash))));
            }
        }
        std::uint64_t values = 0;
        for (int value = low; value <= high; value += step) {
            values |= std::uint64_t{1} << static_cast<unsigned>(value);
        }
        return values;
    }

    [[nodiscard]] std::pair<int, int> bounds(std::string_view range) const {
        if (range == "*") {
            return {rules_.least, rules_.most};
        }
        const std::size_t dash = range.find('-');
        const int low = value(range.substr(0, dash));
        if (dash == std::string_view::npos) {
            return {low, low};
        }
        int high = value(range.substr(dash + 1));
        // Sunday ends a week as well as it begins one: SAT-SUN.
        if (high == 0 && low > 0 && rules_.most == 7) {
            high = 7;
        }
        if (low > high) {
            refuse("the range " + in_quotes(range) + " runs backwards");
        }
        return {low, high};
    }

    [[nodiscard]] int read_step(std::string_view part, std::string_view text) const {
        const std::optional<int> step = number(text);
        if (!step || *step < 1 || *step > rules_.most) {
            refuse("the step in " + in_quotes(part) + " must be a number from 1 to " +
                   std::to_string(rules_.most));
        }
        return *step;
    }

    [[nodiscard]] int value(std::string_view text) const {
        const std::optional<int> found = is_name(text) ? named(text) : number(text);
        if (!found) {
            refuse(in_quotes(text) + " is not " + expected());
        }
        if (*found < rules_.least || *found > rules_.most) {
            refuse(std::string(text.substr(0, kLongestQuote)) + " is not " + expected());
        }
        return *found;
    }

    [[nodiscard]] static bool is_name(std::string_view text) {
        return !text.empty() && !is_digit(text.front());
    }

    [[nodiscard]] std::optional<int> named(std::string_view text) const {
        for (std::size_t i = 0; i + 3 <= rules_.names.size(); i += 3) {
            if (same_letters(text, rules_.names.substr(i, 3))) {
                return rules_.least + static_cast<int>(i / 3);
            }
        }
        return std::nullopt;
    }

    // Digits only: no sign, no blank.
    [[nodiscard]] static std::optional<int> number(std::string_view text) {
        int found = 0;
        const char* const end = text.data() + text.size();
        if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit) ||
            std::from_chars(text.data(), end, found).ec != std::errc()) {
            return std::nullopt;
        }
        return found;
    }

    [[nodiscard]] std::string expected() const {
        std::string text =
            "a number from " + std::to_string(rules_.least) + " to " + std::to_string(rules_.most);
        if (!rules_.names.empty()) {
            text += " or a name from " + std::string(rules_.names.substr(0, 3)) + " to " +
                    std::string(rules_.names.substr(rules_.names.size() - 3));
        }
        return text;
    }

    const field_rules& rules_;
};

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> found;
    for (;;) {
        const std::size_t start = text.find_first_not_of(kBlanks);
        if (start == std::string_view::npos) {
            return found;
        }
        text.remove_prefix(start);
        const std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
        found.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

std::string_view written_out(std::string_view shorthand) {
    for (const auto& [name, fields] : kShorthands) {
        if (same_letters(shorthand, name)) {
            return fields;
        }
    }
    throw cron_error(in_quotes(shorthand) +
                     " is none of @hourly, @daily, @weekly, @monthly and @yearly");
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

cron_expression cron_expression::parse(std::string_view text) {
    std::vector<std::string_view> fields = words(text);
    if (fields.size() == 1 && fields.front().starts_with('@')) {
        fields = words(written_out(fields.front()));
    }
    if (fields.empty()) {
        throw cron_error("the expression is empty");
    }
    if (fields.size() != kFields.size()) {
        throw cron_error("the expression has " + std::to_string(fields.size()) +
                         (fields.size() == 1 ? " field" : " fields") +
                         ", but five are needed: minute, hour, day of month, month, day of week");
    }
    std::array<std::uint64_t, kFields.size()> values{};
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        values[i] = field_reader(kFields[i]).read(fields[i]);
    }
    cron_expression out;
    out.minutes_ = values[0];
    out.hours_ = values[1];
    out.days_ = values[2];
    out.months_ = values[3];
    out.weekdays_ = values[4];
    out.weekdays_[0] = out.weekdays_[0] || out.weekdays_[7];
    out.either_day_ = !fields[2].starts_with('*') && !fields[4].starts_with('*');
    return out;
}

bool cron_expression::fits_day(std::int64_t day) const {
    const std::chrono::sys_days date{std::chrono::days(day)};
    const std::chrono::year_month_day civil(date);
    if (!months_[static_cast<unsigned>(civil.month())]) {
        return false;
    }
    const bool day_of_month = days_[static_cast<unsigned>(civil.day())];
    const bool day_of_week = weekdays_[std::chrono::weekday(date).c_encoding()];
    return either_day_ ? day_of_month || day_of_week : day_of_month && day_of_week;
}

// Of a day, from the minute `from` of it on.
std::optional<int> cron_expression::first_minute(int from) const {
    for (int minute = from; minute < kMinutesOfDay; ++minute) {
        const auto hour = static_cast<std::size_t>(minute / 60);
        if (!hours_[hour]) {
            minute = static_cast<int>(hour) * 60 + 59;
        } else if (minutes_[static_cast<std::size_t>(minute % 60)]) {
            return minute;
        }
    }
    return std::nullopt;
}

std::optional<wall_seconds> cron_expression::first(wall_seconds from, wall_seconds until) const {
    std::int64_t minute = -floor_divide(-from, 60);  // rounded up
    while (minute * 60 < until) {
        const std::int64_t day = floor_divide(minute, kMinutesOfDay);
        if (fits_day(day)) {
            const auto start = static_cast<int>(minute - day * kMinutesOfDay);
            if (const std::optional<int> found = first_minute(start)) {
                const wall_seconds result = day * kDay + std::int64_t{*found} * 60;
                return result < until ? std::optional(result) : std::nullopt;
            }
        }
        minute = (day + 1) * kMinutesOfDay;
    }
    return std::nullopt;
}

}  // namespace chronos::core

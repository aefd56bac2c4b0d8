#include "chronos/timestamp.hpp"

#include <cstdio>

namespace chronos {
namespace {

using namespace std::chrono;

// Reads from the front of a text; any failure is remembered.
class scanner {
  public:
    explicit scanner(std::string_view text) : rest_(text) {}

    // Exactly this many digits.
    int number(int digits) {
        int value = 0;
        for (int i = 0; i < digits; ++i) {
            if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
                good_ = false;
                return 0;
            }
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void need(char c) {
        if (!take(c)) good_ = false;
    }
    // The digits after a decimal point, as microseconds; what is finer is cut off.
    microseconds fraction() {
        int value = 0;
        int digits = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
            if (digits < 6) value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (digits == 0) good_ = false;
        for (; digits < 6; ++digits) value *= 10;
        return microseconds(value);
    }
    [[nodiscard]] bool digit_next() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool good_ = true;
};

std::optional<microseconds> time_of_day(scanner& in) {
    const int hour = in.number(2);
    in.need(':');
    const int minute = in.number(2);
    int second = 0;
    microseconds fraction{0};
    if (in.take(':')) {
        second = in.number(2);
        if (in.take('.')) fraction = in.fraction();
    }
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return hours(hour) + minutes(minute) + seconds(second) + fraction;
}

std::optional<minutes> zone(scanner& in) {
    if (in.take('Z') || in.take('z')) return minutes(0);
    const bool east = in.take('+');
    if (!east && !in.take('-')) return minutes(0);
    const int hour = in.number(2);
    const int minute = in.take(':') || in.digit_next() ? in.number(2) : 0;
    if (hour > 15 || minute > 59) return std::nullopt;
    const minutes offset = hours(hour) + minutes(minute);
    return east ? offset : -offset;
}

}  // namespace

std::string to_string(timestamp moment) {
    const auto day = floor<days>(moment);
    const year_month_day date(day);
    const hh_mm_ss time(moment - day);
    char text[48];
    std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return text;
}

std::optional<timestamp> parse_timestamp(std::string_view text) {
    scanner in(text);
    const int y = in.number(4);
    in.need('-');
    const auto m = static_cast<unsigned>(in.number(2));
    in.need('-');
    const auto d = static_cast<unsigned>(in.number(2));
    const year_month_day date{year(y), month(m), day(d)};
    std::optional<microseconds> time = microseconds(0);
    std::optional<minutes> offset = minutes(0);
    if (in.take('T') || in.take(' ')) {
        time = time_of_day(in);
        offset = zone(in);
    }
    if (!in.done() || !date.ok() || !time || !offset) return std::nullopt;
    return sys_days(date) + *time - *offset;
}

}  // namespace chronos

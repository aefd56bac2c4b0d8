// A cron expression: five fields (minute, hour, day of month, month, day of week), or one of
// @hourly,
// @daily (@midnight), @weekly, @monthly, @yearly (@annually).
//
//   field := part { "," part }         part := ( "*" | value [ "-" value ] ) [ "/" step ]
//   value := a number, or in the last two fields a name of three letters: JAN, MON
//
// A step needs "*" or a range. Day of week 0 and 7 are both Sunday. As in Vixie cron, if both day
// fields are restricted, a day that fits either of them will do; a field that begins with "*" is no
// restriction in this sense, so that both must fit then.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace chronos::core {

// An expression that cannot be read; the message names the field and what is wrong with it.
class cron_error : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

// Seconds since 1970-01-01 00:00 on the clock on the wall, whatever its zone.
using wall_seconds = std::int64_t;

// A plain value; safe to share.
class cron_expression {
  public:
    // Throws cron_error.
    [[nodiscard]] static cron_expression parse(std::string_view text);

    // The first full minute that fits, from `from` on and before `until`.
    [[nodiscard]] std::optional<wall_seconds> first(wall_seconds from, wall_seconds until) const;

  private:
    [[nodiscard]] bool fits_day(std::int64_t day) const;
    [[nodiscard]] std::optional<int> first_minute(int from) const;

    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<8> weekdays_;
    bool either_day_ = false;
};

}  // namespace chronos::core

#include "ctl/duration.hpp"

#include <gtest/gtest.h>

namespace chronos::ctl {

using std::chrono::seconds;

TEST(duration, a_number_with_or_without_a_unit) {
    EXPECT_EQ(parse_duration("0"), seconds(0));
    EXPECT_EQ(parse_duration("90"), seconds(90));
    EXPECT_EQ(parse_duration("90s"), seconds(90));
    EXPECT_EQ(parse_duration("15min"), seconds(900));
    EXPECT_EQ(parse_duration("15m"), seconds(900));
    EXPECT_EQ(parse_duration("2h"), seconds(7200));
    EXPECT_EQ(parse_duration("1000d"), seconds(86'400'000));
}

TEST(duration, anything_else_is_none) {
    for (const char* const text : {"", "s", "-5s", "+5s", "5 s", "5sec", "1.5h", "1h30m", "1001d",
                                   "99999999999999999999", "9223372036854775807d", "5s "}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

}  // namespace chronos::ctl

#include "ctl/text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace chronos::ctl {

TEST(text, wide_characters_take_two_columns_and_combining_ones_none) {
    EXPECT_EQ(display_width("orders"), 6);
    EXPECT_EQ(display_width("größe"), 5);
    EXPECT_EQ(display_width("注文"), 4);
    EXPECT_EQ(display_width("e\xcc\x81"), 1);
}

TEST(text, broken_utf8_is_counted_byte_by_byte) {
    EXPECT_EQ(display_width("a\xff\xe6"), 3);
    EXPECT_EQ(printable("a\xff"), "a\xff");
}

TEST(text, a_name_cannot_break_the_line_or_drive_the_terminal) {
    EXPECT_EQ(printable("two\nlines"), "two\\nlines");
    EXPECT_EQ(printable("\x1b[2Jgone"), "\\x1b[2Jgone");
    EXPECT_EQ(printable("c1 \xc2\x9b here"), "c1 \\x9b here");
    EXPECT_EQ(printable("tab\tquote\""), "tab\\tquote\"");
}

TEST(text, an_error_keeps_its_lines_but_nothing_that_drives_the_terminal) {
    EXPECT_EQ(printable_lines("two\n\tlines\r\x1b[1m"), "two\n\tlines\\x0d\\x1b[1m");
}

TEST(text, shortening_never_cuts_a_character) {
    EXPECT_EQ(shortened("CREATE TABLE", 12), "CREATE TABLE");
    EXPECT_EQ(shortened("CREATE TABLE", 9), "CREATE...");
    EXPECT_EQ(shortened("注文注文注文", 8), "注文...");
    EXPECT_EQ(shortened("abcdef", 2), "ab");
    EXPECT_EQ(shortened("abcdef", 0), "");
}

TEST(text, white_space_becomes_one_blank) {
    EXPECT_EQ(one_line("  ALTER TABLE\n\torders  ADD x int \n"), "ALTER TABLE orders ADD x int");
    EXPECT_EQ(one_line(" \n "), "");
}

TEST(text, bytes_are_shown_with_two_digits_at_most_three) {
    EXPECT_EQ(human_bytes(0), "0 bytes");
    EXPECT_EQ(human_bytes(1), "1 byte");
    EXPECT_EQ(human_bytes(999), "999 bytes");
    EXPECT_EQ(human_bytes(1000), "1.0 kB");
    EXPECT_EQ(human_bytes(9960), "10 kB");
    EXPECT_EQ(human_bytes(999499), "999 kB");
    EXPECT_EQ(human_bytes(999500), "1.0 MB");
    EXPECT_EQ(human_bytes(5'600'000'000), "5.6 GB");
    EXPECT_EQ(human_bytes(UINT64_MAX), "18 EB");
}

TEST(text, numbers_are_grouped_by_thousands) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(130102), "130,102");
    EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(text, a_count_goes_with_its_noun) {
    EXPECT_EQ(counted(0, "table"), "0 tables");
    EXPECT_EQ(counted(1, "table"), "1 table");
    EXPECT_EQ(counted(1234, "row"), "1,234 rows");
}

TEST(text, durations_lose_precision_as_they_grow) {
    using std::chrono::duration;
    EXPECT_EQ(human_duration(duration<double>(0.04)), "0.0 s");
    EXPECT_EQ(human_duration(duration<double>(9.94)), "9.9 s");
    EXPECT_EQ(human_duration(duration<double>(9.96)), "10 s");
    EXPECT_EQ(human_duration(duration<double>(59.6)), "1 min 0 s");
    EXPECT_EQ(human_duration(duration<double>(200)), "3 min 20 s");
    EXPECT_EQ(human_duration(duration<double>(7500)), "2 h 5 min");
    EXPECT_EQ(human_duration(duration<double>(-1)), "0.0 s");
}

TEST(text, times_are_local_with_their_zone) {
    const timestamp moment = std::chrono::sys_seconds(std::chrono::seconds(1795407667));
    setenv("TZ", "UTC", 1);
    tzset();
    EXPECT_EQ(local_time(moment), "2026-11-23 04:21:07+00");
    setenv("TZ", "Asia/Kolkata", 1);
    tzset();
    EXPECT_EQ(local_time(moment), "2026-11-23 09:51:07+0530");
    unsetenv("TZ");
    tzset();
}

}  // namespace chronos::ctl

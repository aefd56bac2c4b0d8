#include "core/cron.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace chronos::core {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

wall_seconds wall(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    const std::chrono::sys_days date(std::chrono::year(year) / std::chrono::month(month) /
                                     std::chrono::day(day));
    return date.time_since_epoch().count() * kDay + hour * kHour + minute * kMinute;
}

std::string written(wall_seconds moment) {
    const std::chrono::sys_seconds point{std::chrono::seconds(moment)};
    const auto date = std::chrono::floor<std::chrono::days>(point);
    const std::chrono::year_month_day civil(date);
    const auto minutes = static_cast<int>((point - date).count() / 60);
    char text[64];
    (void)snprintf(text, sizeof(text), "%04d-%02u-%02u %02d:%02d", static_cast<int>(civil.year()),
                   static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()),
                   minutes / 60, minutes % 60);
    return text;
}

// The first `count` minutes from `from` on, as texts.
std::vector<std::string> run(std::string_view cron, wall_seconds from, std::size_t count) {
    const cron_expression expression = cron_expression::parse(cron);
    std::vector<std::string> found;
    while (found.size() < count) {
        const auto next = expression.first(from, from + kDay * 366 * 50);
        if (!next) break;
        found.push_back(written(*next));
        from = *next + 1;
    }
    return found;
}

std::string complaint(std::string_view cron) {
    try {
        (void)cron_expression::parse(cron);
    } catch (const cron_error& wrong) {
        return wrong.what();
    }
    return "no complaint";
}

using texts = std::vector<std::string>;

TEST(cron, numbers_ranges_steps_and_lists) {
    EXPECT_EQ(run("30 3 * * *", wall(2026, 1, 1), 2),
              (texts{"2026-01-01 03:30", "2026-01-02 03:30"}));
    EXPECT_EQ(run("*/20 0-1 * * *", wall(2026, 1, 1), 7),
              (texts{"2026-01-01 00:00", "2026-01-01 00:20", "2026-01-01 00:40", "2026-01-01 01:00",
                     "2026-01-01 01:20", "2026-01-01 01:40", "2026-01-02 00:00"}));
    EXPECT_EQ(run("5,50-59/4,7 12 * * *", wall(2026, 1, 1), 6),
              (texts{"2026-01-01 12:05", "2026-01-01 12:07", "2026-01-01 12:50", "2026-01-01 12:54",
                     "2026-01-01 12:58", "2026-01-02 12:05"}));
    EXPECT_EQ(run("  0\t0  29 2 * ", wall(2026, 1, 1), 2),
              (texts{"2028-02-29 00:00", "2032-02-29 00:00"}));
}

TEST(cron, a_minute_counts_from_its_start_and_the_end_is_excluded) {
    const cron_expression at_noon = cron_expression::parse("0 12 * * *");
    const wall_seconds noon = wall(2026, 1, 1, 12);
    EXPECT_EQ(at_noon.first(noon, noon + 1), noon);
    EXPECT_EQ(at_noon.first(noon - 1, noon), std::nullopt);
    EXPECT_EQ(at_noon.first(noon + 1, noon + 2 * kDay), noon + kDay);
    EXPECT_EQ(at_noon.first(wall(1950, 1, 1), wall(1951, 1, 1)), wall(1950, 1, 1, 12));
}

TEST(cron, names_of_months_and_days_in_any_letters) {
    EXPECT_EQ(run("0 0 1 jan,JUN-Jul *", wall(2026, 1, 2), 3),
              (texts{"2026-06-01 00:00", "2026-07-01 00:00", "2027-01-01 00:00"}));
    EXPECT_EQ(
        run("0 0 * * Mon-fri/2", wall(2026, 11, 22), 4),  // a Sunday
        (texts{"2026-11-23 00:00", "2026-11-25 00:00", "2026-11-27 00:00", "2026-11-30 00:00"}));
    for (const char* const sunday : {"0", "7", "SUN"}) {
        EXPECT_EQ(run(std::string("0 0 * * ") + sunday, wall(2026, 11, 23), 1),
                  texts{"2026-11-29 00:00"});
    }
    EXPECT_EQ(run("0 0 * * SAT-SUN", wall(2026, 11, 23), 3),
              (texts{"2026-11-28 00:00", "2026-11-29 00:00", "2026-12-05 00:00"}));
}

TEST(cron, either_day_field_will_do_if_both_are_restricted) {
    EXPECT_EQ(run("0 0 13 * FRI", wall(2026, 11, 1), 5),
              (texts{"2026-11-06 00:00", "2026-11-13 00:00", "2026-11-20 00:00", "2026-11-27 00:00",
                     "2026-12-04 00:00"}));
    EXPECT_EQ(run("0 0 13 * *", wall(2026, 11, 1), 1), texts{"2026-11-13 00:00"});
    // A field that begins with * does not restrict in this sense: both must fit.
    EXPECT_EQ(run("0 0 */14 * MON", wall(2026, 11, 1), 3),
              (texts{"2027-02-01 00:00", "2027-02-15 00:00", "2027-03-01 00:00"}));
}

TEST(cron, shorthands) {
    const wall_seconds start = wall(2026, 11, 27, 10, 30);
    EXPECT_EQ(run("@hourly", start, 1), texts{"2026-11-27 11:00"});
    EXPECT_EQ(run("@Daily", start, 1), texts{"2026-11-28 00:00"});
    EXPECT_EQ(run("@midnight", start, 1), texts{"2026-11-28 00:00"});
    EXPECT_EQ(run("@weekly", start, 1), texts{"2026-11-29 00:00"});
    EXPECT_EQ(run("@monthly", start, 1), texts{"2026-12-01 00:00"});
    EXPECT_EQ(run("@yearly", start, 1), texts{"2027-01-01 00:00"});
    EXPECT_EQ(run("@annually", start, 1), texts{"2027-01-01 00:00"});
}

TEST(cron, a_day_that_never_comes_is_no_endless_search) {
    EXPECT_TRUE(run("0 0 30 2 *", wall(2026, 1, 1), 1).empty());
    EXPECT_TRUE(run("0 0 31 4,6,9,11 *", wall(2026, 1, 1), 1).empty());
}

TEST(cron, complaints_name_the_field_and_the_fault) {
    EXPECT_EQ(complaint(""), "the expression is empty");
    EXPECT_EQ(complaint(" \t"), "the expression is empty");
    EXPECT_EQ(complaint("5"),
              "the expression has 1 field, but five are needed: minute, hour, day of month, month, "
              "day of week");
    EXPECT_THAT(complaint("* * * * * *"), HasSubstr("has 6 fields"));
    EXPECT_EQ(complaint("60 * * * *"), "minute: 60 is not a number from 0 to 59");
    EXPECT_EQ(complaint("* 24 * * *"), "hour: 24 is not a number from 0 to 23");
    EXPECT_EQ(complaint("* * 0 * *"), "day of month: 0 is not a number from 1 to 31");
    EXPECT_EQ(complaint("* * * FOO *"),
              "month: \"FOO\" is not a number from 1 to 12 or a name from JAN to DEC");
    EXPECT_EQ(complaint("* * * * MONDAY"),
              "day of week: \"MONDAY\" is not a number from 0 to 7 or a name from SUN to SAT");
    EXPECT_EQ(complaint("* * * * 5-1"), "day of week: the range \"5-1\" runs backwards");
    EXPECT_EQ(complaint("10-5 * * * *"), "minute: the range \"10-5\" runs backwards");
    EXPECT_EQ(complaint("*/0 * * * *"),
              "minute: the step in \"*/0\" must be a number from 1 to 59");
    EXPECT_EQ(complaint("* */24 * * *"),
              "hour: the step in \"*/24\" must be a number from 1 to 23");
    EXPECT_EQ(complaint("5/15 * * * *"), "minute: a step needs a range or *: write \"5-59/15\"");
    EXPECT_EQ(complaint("1,,2 * * * *"), "minute: a value is missing before or after a comma");
    EXPECT_EQ(complaint("-5 * * * *"), "minute: \"\" is not a number from 0 to 59");
    EXPECT_EQ(complaint("+5 * * * *"), "minute: \"+5\" is not a number from 0 to 59");
    EXPECT_EQ(complaint("* * L * *"), "day of month: \"L\" is not a number from 1 to 31");
    EXPECT_EQ(complaint("99999999999999999999 * * * *"),
              "minute: \"99999999999999999999\" is not a number from 0 to 59");
    EXPECT_EQ(complaint("@reboot"),
              "\"@reboot\" is none of @hourly, @daily, @weekly, @monthly and @yearly");
}

TEST(cron, complaints_are_short_plain_text_whatever_was_given) {
    const std::string hostile = "\xff\x01\n" + std::string(100'000, 'x') + " * * * *";
    const std::string what = complaint(hostile);
    EXPECT_LT(what.size(), 200U);
    EXPECT_THAT(what, HasSubstr("minute: \"???xxx"));
    EXPECT_THAT(complaint("* *\n* * *"), HasSubstr("has 4 fields"));
}

TEST(cron, random_texts_are_read_or_refused_and_what_is_read_comes_true_where_it_says) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string kWhole = "*/5,2-9 1-3,7 1-20/4,31 JAN-MAR/2,AUG MON-FRI,0";
    constexpr std::string_view kAlphabet = "0123456789*/,-@ \tabcJANMONSUN\xff\n";
    int readable = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = kWhole;
        for (std::size_t i = random() % 6; i > 0; --i) {
            text[random() % text.size()] = kAlphabet[random() % kAlphabet.size()];
        }
        text.resize(text.size() - random() % 3);
        try {
            const cron_expression cron = cron_expression::parse(text);
            ++readable;
            const wall_seconds from = static_cast<wall_seconds>(random()) * 60;
            const auto next = cron.first(from, from + 400 * kDay);
            if (next) {
                ASSERT_GE(*next, from) << text;
                ASSERT_EQ(*next % 60, 0) << text;
                ASSERT_EQ(cron.first(*next, *next + 1), next) << text;
                ASSERT_EQ(cron.first(from, *next), std::nullopt) << text;
            }
        } catch (const cron_error& wrong) {
            ASSERT_LT(std::string(wrong.what()).size(), 250U);
        }
    }
    EXPECT_GT(readable, 1000);
}

}  // namespace
}  // namespace chronos::core

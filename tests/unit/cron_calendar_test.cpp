#include "core/cron_calendar.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace chronos::core {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

utc_seconds utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    const std::chrono::sys_days date(std::chrono::year(year) / std::chrono::month(month) /
                                     std::chrono::day(day));
    return date.time_since_epoch().count() * kDay + hour * kHour + minute * kMinute;
}

struct change {
    utc_seconds at;
    std::int64_t offset;
};

// A zone that begins with `offset` and changes as listed.
zone_clock zone(std::int64_t offset, std::vector<change> changes) {
    return [offset, changes = std::move(changes)](utc_seconds at) {
        zone_period period{offset, zone_period::kForever, offset};
        for (const change& one : changes) {
            if (one.at <= at) {
                period.offset = one.offset;
                period.next_offset = one.offset;
            } else {
                return zone_period{period.offset, one.at, one.offset};
            }
        }
        return period;
    };
}

const zone_clock kUtc = zone(0, {});
// Berlin in 2026: 02:00 becomes 03:00 on 29 March, 03:00 becomes 02:00 on 25 October.
const zone_clock kBerlin =
    zone(kHour, {{utc(2026, 3, 29, 1), 2 * kHour}, {utc(2026, 10, 25, 1), kHour}});

std::vector<utc_seconds> run(const char* cron, utc_seconds after, const zone_clock& in,
                             std::size_t count) {
    std::vector<utc_seconds> found;
    while (found.size() < count) {
        const auto next = next_moment(cron_expression::parse(cron), after, in);
        if (!next) break;
        found.push_back(*next);
        after = *next;
    }
    return found;
}

using moments = std::vector<utc_seconds>;

TEST(cron_calendar, the_next_moment_is_later_than_the_one_given) {
    EXPECT_EQ(run("0 3 * * *", utc(2026, 1, 1, 3), kUtc, 1), moments{utc(2026, 1, 2, 3)});
    EXPECT_EQ(run("0 3 * * *", utc(2026, 1, 1, 3) - 1, kUtc, 1), moments{utc(2026, 1, 1, 3)});
    EXPECT_EQ(run("0 3 * * *", utc(2026, 1, 1, 3), kBerlin, 1), moments{utc(2026, 1, 2, 2)});
}

TEST(cron_calendar, a_time_that_is_skipped_comes_at_once_after_the_gap) {
    EXPECT_EQ(run("30 2 * * *", utc(2026, 3, 28, 12), kBerlin, 2),
              (moments{utc(2026, 3, 29, 1), utc(2026, 3, 30, 0, 30)}));
    EXPECT_EQ(run("*/20 2 * * *", utc(2026, 3, 28, 12), kBerlin, 2),
              (moments{utc(2026, 3, 29, 1), utc(2026, 3, 30, 0)}));
    // Its end is a time of its own: 03:00 stands for 02:30 as well.
    EXPECT_EQ(run("0,30 2,3 * * *", utc(2026, 3, 29, 0), kBerlin, 3),
              (moments{utc(2026, 3, 29, 1), utc(2026, 3, 29, 1, 30), utc(2026, 3, 30, 0)}));
    EXPECT_EQ(run("30 2 29 3 *", utc(2026, 3, 29, 1), kBerlin, 1),
              moments{utc(2027, 3, 29, 1, 30)});
}

TEST(cron_calendar, a_time_that_comes_twice_counts_once) {
    EXPECT_EQ(run("30 2 * * *", utc(2026, 10, 24, 12), kBerlin, 2),
              (moments{utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)}));
    EXPECT_EQ(run("30 2 * * *", utc(2026, 10, 25, 1), kBerlin, 1),
              moments{utc(2026, 10, 26, 1, 30)});
    EXPECT_EQ(run("0 2,3 * * *", utc(2026, 10, 24, 23, 59), kBerlin, 3),
              (moments{utc(2026, 10, 25, 0), utc(2026, 10, 25, 2), utc(2026, 10, 26, 1)}));
}

TEST(cron_calendar, a_day_that_is_skipped_or_repeated) {
    // Samoa had no 30 December 2011, Kwajalein could have had a day twice.
    const zone_clock forward = zone(-10 * kHour, {{utc(2011, 12, 30, 10), 14 * kHour}});
    EXPECT_EQ(run("0 12 30 12 *", utc(2011, 12, 1), forward, 2),
              (moments{utc(2011, 12, 30, 10), utc(2012, 12, 29, 22)}));
    const zone_clock back = zone(12 * kHour, {{utc(2011, 12, 30, 12), -12 * kHour}});
    EXPECT_EQ(run("0 6 * * *", utc(2011, 12, 29, 12), back, 2),
              (moments{utc(2011, 12, 29, 18), utc(2012, 1, 1, 18) - kDay}));
}

TEST(cron_calendar, offsets_may_have_seconds) {
    EXPECT_EQ(run("0 12 * * *", utc(1880, 1, 1), zone(3208, {}), 1),
              moments{utc(1880, 1, 1, 12) - 3208});
}

TEST(cron_calendar, what_never_comes_is_told) {
    EXPECT_EQ(run("0 0 30 2 *", utc(2026, 1, 1), kBerlin, 1), moments{});
    EXPECT_EQ(run("0 0 29 2 */7", utc(2076, 3, 1), kUtc, 1).size(), 1U);  // across the year 2100
    EXPECT_EQ(run("* * * * *", std::numeric_limits<utc_seconds>::max(), kUtc, 1), moments{});
    EXPECT_EQ(run("* * * * *", std::numeric_limits<utc_seconds>::min(), kUtc, 1), moments{});
}

TEST(cron_calendar, a_zone_that_makes_no_progress_ends_the_search) {
    const zone_clock stuck = [](utc_seconds at) { return zone_period{0, at, kHour}; };
    EXPECT_EQ(next_moment(cron_expression::parse("0 0 30 2 *"), 0, stuck), std::nullopt);
}

// Minute by minute: what has been shown by the clock on the wall does not count again, what it
// skipped counts when it goes on.
moments by_brute_force(const cron_expression& cron, utc_seconds from, utc_seconds until,
                       const zone_clock& in) {
    moments found;
    std::set<wall_seconds> shown;
    std::optional<wall_seconds> before;
    for (utc_seconds at = from; at < until; at += 60) {
        const wall_seconds now = at + in(at).offset;
        bool due = false;
        for (wall_seconds each = before && *before < now ? *before + 60 : now; each <= now;
             each += 60) {
            due = (shown.insert(each).second && cron.first(each, each + 1)) || due;
        }
        before = now;
        if (due) found.push_back(at);
    }
    return found;
}

TEST(cron_calendar, random_zones_and_expressions_agree_with_the_clock_on_the_wall) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto pick = [&random](int most) {
        return static_cast<std::int64_t>(random() % static_cast<unsigned>(most));
    };
    for (int round = 0; round < 25; ++round) {
        std::vector<change> changes;
        utc_seconds at = 0;
        for (int i = 0; i < 3; ++i) {
            at += (pick(6) + 1) * kDay + pick(24) * kHour + pick(60) * 60;
            changes.push_back({at, (pick(53) - 26) * kHour / 2});
        }
        const zone_clock in = zone(0, changes);
        const std::string text = std::to_string(pick(60)) + (pick(2) == 0 ? " */5" : " 1-3") +
                                 (pick(2) == 0 ? " * * *" : " 1-20 * 1,4");
        const cron_expression cron = cron_expression::parse(text);
        const utc_seconds until = 40 * kDay;
        moments found;
        for (utc_seconds after = -1;;) {
            const auto next = next_moment(cron, after, in);
            if (!next || *next >= until) break;
            found.push_back(*next);
            after = *next;
        }
        ASSERT_EQ(found, by_brute_force(cron, 0, until, in)) << text;
    }
}

}  // namespace
}  // namespace chronos::core

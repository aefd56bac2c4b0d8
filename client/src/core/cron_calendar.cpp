#include "core/cron_calendar.hpp"

#include <algorithm>

namespace chronos::core {

namespace {

constexpr std::int64_t kDay = 86400;
// A 29 February that is a Sunday can be 40 years away, where 2100 lies between.
constexpr std::int64_t kHorizon = kDay * 366 * 45;
// Long enough for every change that may still echo: a zone can repeat a whole day.
constexpr std::int64_t kLookBack = 3 * kDay;
constexpr utc_seconds kEarliest = -62'135'596'800;  // the year 1
constexpr utc_seconds kLatest = 251'000'000'000;    // within the year 9923

}  // namespace

std::optional<utc_seconds> next_moment(const cron_expression& cron, utc_seconds after,
                                       const zone_clock& zone) {
    if (after < kEarliest || after > kLatest) {
        return std::nullopt;
    }
    const utc_seconds horizon = after + kHorizon;
    wall_seconds seen = std::numeric_limits<wall_seconds>::min();  // what is before has been
    utc_seconds at = after - kLookBack;
    while (at < horizon) {
        const zone_period period = zone(at);
        const utc_seconds end = std::min(period.until, horizon);
        const wall_seconds from = std::max(seen, std::max(at, after + 1) + period.offset);
        if (const auto found = cron.first(from, end + period.offset)) {
            return *found - period.offset;
        }
        if (end <= at || end == horizon) {
            break;
        }
        seen = std::max(seen, end + period.offset);
        const wall_seconds skipped_until = end + period.next_offset;
        if (end > after && cron.first(seen, skipped_until)) {
            return end;
        }
        seen = std::max(seen, skipped_until);
        at = end;
    }
    return std::nullopt;
}

}  // namespace chronos::core

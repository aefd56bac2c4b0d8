// When a cron expression comes true in a time zone whose clocks are put forward and back.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>

#include "core/cron.hpp"

namespace chronos::core {

// Seconds since 1970-01-01 00:00 UTC.
using utc_seconds = std::int64_t;

// How far the clocks of a zone are ahead of UTC at some moment, and until when.
struct zone_period {
    static constexpr utc_seconds kForever = std::numeric_limits<utc_seconds>::max();

    std::int64_t offset = 0;
    utc_seconds until = kForever;
    std::int64_t next_offset = 0;
};

using zone_clock = std::function<zone_period(utc_seconds)>;

// The first moment after `after`. Times that are skipped when clocks are put forward come together
// at the moment of the change; of a time that comes twice the first one counts. Nothing if the
// expression comes true on no day there is (30 February), or too far from now (a year that has
// more than four digits).
[[nodiscard]] std::optional<utc_seconds> next_moment(const cron_expression& cron, utc_seconds after,
                                                     const zone_clock& zone);

}  // namespace chronos::core

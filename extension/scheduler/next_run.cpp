// chronos.next_run(): cron expressions by the server's own time zones.
#include "backend/door.hpp"
#include "core/cron_calendar.hpp"
#include "scheduler/launcher.hpp"

extern "C" {
#include <datatype/timestamp.h>
#include <pgtime.h>
#include <utils/timestamp.h>
}

namespace chronos::scheduler {

namespace {

constexpr std::int64_t kEpoch =
    std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * SECS_PER_DAY;

pg_tz* find_zone(const std::string& name) {
    const char* const raw = name.c_str();
    pg_tz* const zone = backend::call([raw] { return pg_tzset(raw); });
    if (zone == nullptr) {
        throw backend::sql_error(ERRCODE_INVALID_PARAMETER_VALUE,
                                 "time zone \"" + name + "\" not recognized", {},
                                 "The view pg_timezone_names lists them.");
    }
    return zone;
}

core::zone_period period_of(const pg_tz* zone, pg_time_t at) {
    long before = 0;
    long after = 0;
    int is_dst = 0;
    pg_time_t boundary = 0;
    const int found = pg_next_dst_boundary(&at, &before, &is_dst, &boundary, &after, &is_dst, zone);
    if (found < 0) {
        return {};  // beyond what the zone knows
    }
    if (found == 0) {
        return {before, core::zone_period::kForever, before};
    }
    return {before, boundary, after};
}

core::cron_expression parse(const std::string& text) {
    try {
        return core::cron_expression::parse(text);
    } catch (const core::cron_error& wrong) {
        throw backend::sql_error(
            ERRCODE_INVALID_PARAMETER_VALUE,
            "invalid cron expression: " + std::string(wrong.what()), {},
            "Five fields: minute, hour, day of month, month, day of week, such as \"30 3 * * "
            "MON-FRI\"; or @hourly, @daily, @weekly, @monthly, @yearly.");
    }
}

std::int64_t floor_seconds(TimestampTz moment) {
    return moment / USECS_PER_SEC - (moment % USECS_PER_SEC < 0 ? 1 : 0) + kEpoch;
}

std::string text_argument(FunctionCallInfo fcinfo, int number) {
    return backend::call(
        [fcinfo, number]() -> const char* { return TextDatumGetCString(PG_GETARG_DATUM(number)); });
}

}  // namespace

}  // namespace chronos::scheduler

CHRONOS_SQL_FUNCTION(chronos_next_run)
{
    using namespace chronos::scheduler;
    const chronos::core::cron_expression cron = parse(text_argument(fcinfo, 0));
    const TimestampTz after = PG_GETARG_TIMESTAMPTZ(1);
    const pg_tz* const zone = find_zone(text_argument(fcinfo, 2));
    std::optional<std::int64_t> next;
    if (!TIMESTAMP_NOT_FINITE(after)) {
        next = chronos::core::next_moment(
            cron, floor_seconds(after),
            [zone](chronos::core::utc_seconds at) { return period_of(zone, at); });
    }
    if (!next) {
        PG_RETURN_NULL();
    }
    PG_RETURN_TIMESTAMPTZ((*next - kEpoch) * USECS_PER_SEC);
}

CHRONOS_SQL_FUNCTION(chronos_is_preloaded)
{ PG_RETURN_BOOL(chronos::scheduler::launcher_is_registered()); }

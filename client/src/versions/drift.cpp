#include "chronos/drift.hpp"

#include <fmt/format.h>

#include "chronos/connection.hpp"
#include "versions/diagnosis.hpp"
#include "versions/difference.hpp"
#include "versions/drift_rows.hpp"
#include "versions/values.hpp"

namespace chronos {

std::vector<drifted_object> internal::read_drift(session& on, const std::string& call,
                                                 const std::string& version,
                                                 const std::vector<value>& parameters) {
    constexpr std::size_t kCause = kDifferenceWidth;
    std::vector<drifted_object> result;
    for (const row& one :
         ask(on,
             fmt::format("SELECT {}, d.cause, pg_catalog.to_json(d.statements), d.role,"
                         " (extract(epoch FROM d.since) * 1000000)::bigint,"
                         " (extract(epoch FROM d.until) * 1000000)::bigint, {} FROM {} AS d",
                         kDifferenceColumns, version, call),
             parameters)) {
        result.push_back({difference_of(one), one.text(kCause), texts(one.text(kCause + 1)),
                          one.text(kCause + 2), moment_or_none(one, kCause + 3),
                          moment_or_none(one, kCause + 4), number_or_none(one, kCause + 5)});
    }
    return result;
}

std::vector<drifted_object> drift(connection& database) {
    return internal::read_drift(database.internal_session(), "chronos.drift()", "NULL::bigint");
}

}  // namespace chronos

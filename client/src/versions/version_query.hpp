// The version at which a database stands, as a part of queries of ours.
#pragma once

#include <string_view>

#include "chronos/version.hpp"
#include "connection/value.hpp"

namespace chronos::internal {

// The columns of one version, from an alias v of chronos.version. The first is for every query the
// version of the extension, so that telling whether we understand each other costs no round trip.
inline constexpr std::string_view kVersionColumns =
    "(SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname = 'chronos'),"
    " coalesce(v.timeline, chronos.current_timeline()), coalesce(v.number, 0),"
    " pg_catalog.encode(v.fingerprint, 'hex'),"
    " (extract(epoch FROM v.committed_at) * 1000000)::bigint,"
    " pg_catalog.to_json(pg_catalog.array_cat(ARRAY(SELECT l.name FROM chronos.label AS l"
    "  WHERE l.timeline = v.timeline AND l.number = v.number ORDER BY l.created_at, l.name),"
    "  CASE WHEN v.number = chronos.current_version() THEN chronos.unsettled_labels() END))";
inline constexpr std::size_t kVersionWidth = 6;

// Throws error_code::wrong_component if the extension does not fit.
[[nodiscard]] schema_version version_of(const row& from);

}  // namespace chronos::internal

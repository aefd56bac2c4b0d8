#include "chronos/store.hpp"

#include "chronos/connection.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos {

store_size measure_store(connection& database) {
    const auto found = internal::ask(
        database.internal_session(),
        "SELECT (SELECT pg_catalog.count(*) FROM chronos.lineage AS t JOIN chronos.version AS v"
        "  ON v.timeline = t.timeline AND (t.last_version IS NULL OR v.number <= t.last_version)),"
        " (SELECT pg_catalog.count(*) FROM chronos.fact AS f"
        "  WHERE f.timeline = chronos.current_timeline() AND f.until IS NULL),"
        " (SELECT pg_catalog.count(*) FROM chronos.gap),"
        " (SELECT pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid))::bigint"
        "  FROM pg_catalog.pg_class AS c WHERE c.relkind = 'r'"
        "  AND c.relnamespace = 'chronos'::pg_catalog.regnamespace)");
    const auto& sizes = found.at(0);
    return {internal::count(sizes, 0), internal::count(sizes, 1), internal::count(sizes, 2),
            internal::count(sizes, 3)};
}

std::vector<uncovered_object> uncovered_objects(connection& database) {
    std::vector<uncovered_object> result;
    const auto found =
        internal::ask(database.internal_session(),
                      "SELECT class, identity FROM chronos.uncovered ORDER BY class, identity");
    result.reserve(found.size());
    for (const auto& one : found) result.push_back({one.text(0), one.text(1)});
    return result;
}

}  // namespace chronos

#include "migrations/relation_watch.hpp"

#include <algorithm>

namespace chronos::internal {

relation_watch::relation_watch(session& beside) : before_(read(beside)) {}

relation_watch::relations relation_watch::read(session& on) {
    relations result;
    for (const row& one : on.query(
             "SELECT c.oid, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table'"
             "  WHEN 'm' THEN 'materialized view' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence'"
             "  WHEN 'f' THEN 'foreign table' ELSE 'index' END"
             "  || ' ' || pg_catalog.format('%I.%I', n.nspname, c.relname), c.relfilenode"
             " FROM pg_catalog.pg_class AS c"
             " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
             " WHERE c.relkind IN ('r', 'p', 'm', 'v', 'S', 'f', 'i', 'I')"
             "  AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', 'chronos')"))
        result[one.text(0)] = {one.text(1), one.text(2)};
    return result;
}

void relation_watch::look_at_locks(session& on) {
    // The strongest of each tells all.
    for (const row& one :
         on.query("SELECT DISTINCT ON (l.relation) l.relation, l.mode"
                  " FROM pg_catalog.pg_locks AS l"
                  " JOIN pg_catalog.pg_database AS d ON d.oid = l.database"
                  " JOIN pg_catalog.unnest(array['RowExclusiveLock', 'ShareUpdateExclusiveLock', "
                  "'ShareLock',"
                  "  'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'])"
                  "  WITH ORDINALITY AS m(mode, strength) ON m.mode = l.mode"
                  " WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid()"
                  "  AND d.datname = pg_catalog.current_database() AND l.granted"
                  " ORDER BY l.relation, m.strength DESC")) {
        const auto found = before_.find(one.text(0));
        if (found != before_.end()) locks_.push_back(one.text(1) + " on " + found->second.title);
    }
}

std::vector<std::string> relation_watch::rewritten(session& beside) const {
    std::vector<std::string> result;
    for (const auto& [oid, now] : read(beside)) {
        const auto found = before_.find(oid);
        if (found != before_.end() && found->second.storage != now.storage)
            result.push_back(now.title);
    }
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace chronos::internal

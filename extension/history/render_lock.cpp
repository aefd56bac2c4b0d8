#include "history/render_lock.hpp"

#include "backend/door.hpp"

extern "C" {
#include <storage/lmgr.h>
}

namespace chronos::history {

namespace {

// The strongest first: a transaction that changes a relation mostly holds it.
bool holds_any_lock(Oid relation) {
    LOCKTAG tag;
    SET_LOCKTAG_RELATION(tag, MyDatabaseId, relation);
    for (LOCKMODE mode = AccessExclusiveLock; mode >= AccessShareLock; --mode) {
        if (backend::holds_lock(tag, mode)) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool may_render(Oid relation, bool keep) {
    // Others that queue for it refuse a conditional lock even to the one who holds it.
    if (holds_any_lock(relation)) {
        return true;
    }
    if (!ConditionalLockRelationOid(relation, AccessShareLock)) {
        return false;
    }
    if (!keep) {
        UnlockRelationOid(relation, AccessShareLock);
    }
    return true;
}

}  // namespace chronos::history

CHRONOS_SQL_FUNCTION(chronos_may_render)
{
    const Oid relation = PG_GETARG_OID(0);
    const bool keep = PG_GETARG_BOOL(1);
    return chronos::backend::call(
        [relation, keep] { return BoolGetDatum(chronos::history::may_render(relation, keep)); });
}

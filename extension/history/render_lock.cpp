#include "history/render_lock.hpp"

#include "backend/door.hpp"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_constraint.h>
#include <storage/lmgr.h>
#include <utils/fmgroids.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
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

bool reads_newest_constraint(Oid constraint) {
    if (!IsolationUsesXactSnapshot()) {
        return true;
    }
    const HeapTuple newest = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(newest)) {
        return true;  // there is nothing to show
    }
    const ItemPointerData place = newest->t_self;
    ReleaseSysCache(newest);
    const Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
    const Snapshot snapshot = RegisterSnapshot(GetTransactionSnapshot());
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_constraint_oid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(constraint));
    const SysScanDesc scan =
        systable_beginscan(catalog, ConstraintOidIndexId, true, snapshot, 1, &key);
    const HeapTuple seen = systable_getnext(scan);
    const bool same =
        HeapTupleIsValid(seen) && ItemPointerEquals(&seen->t_self, const_cast<ItemPointer>(&place));
    systable_endscan(scan);
    UnregisterSnapshot(snapshot);
    table_close(catalog, AccessShareLock);
    return same;
}

}  // namespace chronos::history

CHRONOS_SQL_FUNCTION(chronos_reads_newest_constraint)
{
    const Oid constraint = PG_GETARG_OID(0);
    return chronos::backend::call([constraint] {
        return BoolGetDatum(chronos::history::reads_newest_constraint(constraint));
    });
}

CHRONOS_SQL_FUNCTION(chronos_may_render)
{
    const Oid relation = PG_GETARG_OID(0);
    const bool keep = PG_GETARG_BOOL(1);
    return chronos::backend::call(
        [relation, keep] { return BoolGetDatum(chronos::history::may_render(relation, keep)); });
}

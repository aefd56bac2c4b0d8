// Full comparisons, called from SQL: chronos.baseline(), reconcile(), finish_restore().
#include "backend/door.hpp"
#include "history/backlog.hpp"
#include "history/scope.hpp"

extern "C" {
#include <storage/lmgr.h>
}

namespace {

using chronos::backend::call;
using chronos::backend::value;
using namespace chronos::history;

// The slow comparison runs before the number lock, so that nobody's commit waits for it.
std::optional<std::int64_t> record_everything(const char* cause, const evidence& who) {
    const recorder_scope scope;
    const MemoryContext memory = CurrentMemoryContext;
    const value covered = newest_gap();
    const state before = read_state(memory);
    differences found = compare_all(before, {}, memory);
    take_number_lock();
    state now = read_state(memory);
    if (!now.arrived.is_null) {
        const std::int64_t number = settle_arrived(now, {}, {}, who);
        forget_backlog(covered);
        return number;
    }
    const bool first = now.number == 0;
    if (!first || before.number != now.number) {
        object_ids ids = ids_of(found);
        settle_backlog(now, ids);
        now = read_state(memory);
        found = ids.empty() ? differences{} : compare(now, ids, memory);
    }
    std::optional<std::int64_t> number;
    if (found.any_change || first) {
        number = write_version(now, now.number + 1, found, {first ? "baseline" : cause, &who, {}});
    } else if (found.any_row) {
        write_new_oids(now, found);
    }
    forget_backlog(covered);
    if (found.any_locked) {
        add_gap("locked", found.locked_classids, found.locked_objids, false, who,
                "another session held a lock that rendering needs");
    }
    return number;
}

Datum number_or_null(FunctionCallInfo fcinfo, const std::optional<std::int64_t>& number) {
    if (!number) {
        PG_RETURN_NULL();
    }
    PG_RETURN_INT64(*number);
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_baseline)
{ return number_or_null(fcinfo, record_everything("baseline", evidence::collect({}))); }

CHRONOS_SQL_FUNCTION(chronos_reconcile)
{ return number_or_null(fcinfo, record_everything("unobserved", evidence::collect({}))); }

CHRONOS_SQL_FUNCTION(chronos_finish_restore)
{
    const evidence who = evidence::collect({});
    const value snapshot = PG_ARGISNULL(0) ? value() : value(PG_GETARG_DATUM(0));
    const recorder_scope scope;
    const MemoryContext memory = CurrentMemoryContext;
    const value covered = newest_gap();
    take_number_lock();
    const state at = read_state(memory);
    std::int64_t number = 0;
    if (!at.arrived.is_null) {
        number = settle_arrived(at, snapshot, {}, who);
    } else {
        const differences found = compare_all(at, {}, memory);
        number = write_version(at, at.number + 1, found, {"restore", &who, snapshot});
    }
    forget_backlog(covered);
    PG_RETURN_INT64(number);
}

CHRONOS_SQL_FUNCTION(chronos_may_render)
{
    const Oid relation = PG_GETARG_OID(0);
    const bool keep = PG_GETARG_BOOL(1);
    return call([relation, keep] {
        if (!ConditionalLockRelationOid(relation, AccessShareLock)) {
            return BoolGetDatum(false);
        }
        if (!keep) {
            UnlockRelationOid(relation, AccessShareLock);
        }
        return BoolGetDatum(true);
    });
}

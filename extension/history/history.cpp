// Full comparisons, called from SQL: chronos.baseline(), reconcile(), finish_restore().
#include "backend/door.hpp"
#include "history/backlog.hpp"
#include "history/scope.hpp"
#include "history/stamp.hpp"
#include "history/tool_labels.hpp"

extern "C" {
#include <utils/timestamp.h>
}

namespace {

using chronos::backend::call;
using chronos::backend::value;
using namespace chronos::history;

value now_value() {
    return call([] { return TimestampTzGetDatum(GetCurrentTimestamp()); });
}

// Nobody knows who did what only a comparison finds; all there is to say is since when.
version_note note_of(const char* cause, const state& at, const evidence& who,
                     const evidence& nobody) {
    if (at.number == 0) {
        return {"baseline", &who, {}};
    }
    if (strcmp(cause, "unobserved") != 0) {
        return {cause, &who, {}};
    }
    return {at.other_server ? "server" : cause, &nobody, {}, at.compared_at};
}

// What others left becomes versions of its own, with its own evidence; then what still differs of
// what differed is nobody's. Returns the newest version if any was made.
std::optional<std::int64_t> settle_known(state& now, differences& found) {
    const MemoryContext memory = CurrentMemoryContext;
    const std::int64_t newest = now.number;
    const object_ids differing = ids_of(found);
    object_ids ids;
    settle_backlog(now, ids, &differing);
    append(ids, differing);
    now = read_state(memory);
    found = ids.empty() ? differences{} : compare(now, ids, memory);
    return now.number == newest ? std::nullopt : std::optional(now.number);
}

// The slow comparison runs before the number lock, so that nobody's commit waits for it.
std::optional<std::int64_t> record_everything(const char* cause, const evidence& who,
                                              bool everything) {
    const recorder_scope scope;
    const MemoryContext memory = CurrentMemoryContext;
    const value began = now_value();
    const value covered = newest_gap();
    const state before = read_state(memory);
    const stamps rows = read_stamps(before);
    const stamp_book book = stamp_book::open(memory);
    moved_objects moved = book.compare(rows, before);
    moved.everything = moved.everything || everything || before.number == 0;
    if (moved.nothing() && !before.has_backlog() && DatumGetInt64(covered.datum) == 0) {
        note_comparison(began);
        return std::nullopt;
    }
    differences found = moved.everything ? compare_all(before, {}, memory)
                                         : compare_moved(before, moved.ids, memory);
    object_ids left_out = found.locked;
    take_number_lock();
    state now = read_state(memory);
    if (!now.arrived.is_null) {
        const std::int64_t number = settle_arrived(now, {}, {}, who);
        forget_backlog(covered);
        note_comparison(began);
        return number;
    }
    const bool first = now.number == 0;
    std::optional<std::int64_t> number;
    if (!first) {
        add_locked(found.locked, who);
        number = settle_known(now, found);
    }
    if (found.any_change() || first) {
        const evidence nobody = evidence::nobody();
        number = write_version(now, now.number + 1, found, note_of(cause, now, who, nobody));
    } else if (!found.rows.empty()) {
        write_new_oids(now, found);
    }
    append(left_out, found.locked);
    if (first) {
        // All other facts are compared once more after they were written.
        append(left_out, moved_between(rows, read_stamps(now)));
    }
    book.keep(rows, left_out, first && number ? *number : before.number);
    forget_backlog(covered);
    note_comparison(began);
    add_locked(found.locked, who);
    return number;
}

Datum compare_and_record(FunctionCallInfo fcinfo, const char* cause, bool everything) {
    const auto number = record_everything(cause, evidence::collect({}), everything);
    {
        const recorder_scope scope;
        settle_tool_labels();
    }
    if (!number) {
        PG_RETURN_NULL();
    }
    PG_RETURN_INT64(*number);
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_baseline)
{ return compare_and_record(fcinfo, "baseline", true); }

CHRONOS_SQL_FUNCTION(chronos_reconcile)
{
    const bool everything = !PG_ARGISNULL(0) && PG_GETARG_BOOL(0);
    return compare_and_record(fcinfo, "unobserved", everything);
}

CHRONOS_SQL_FUNCTION(chronos_finish_restore)
{
    const evidence who = evidence::collect({});
    const value snapshot = PG_ARGISNULL(0) ? value() : value(PG_GETARG_DATUM(0));
    const recorder_scope scope;
    const MemoryContext memory = CurrentMemoryContext;
    const value began = now_value();
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
    note_comparison(began);
    settle_tool_labels();
    PG_RETURN_INT64(number);
}

CHRONOS_SQL_FUNCTION(chronos_lock_numbers)
{
    (void)fcinfo;
    take_number_lock();
    PG_RETURN_VOID();
}

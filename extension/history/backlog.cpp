#include "history/backlog.hpp"

#include <climits>
#include <unordered_set>

#include "backend/door.hpp"
#include "backend/subtransaction.hpp"
#include "history/statements.hpp"

extern "C" {
#include <catalog/pg_type.h>
#include <utils/array.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::cell;
using backend::plan;
using backend::value;

constinit plan gaps_plan(
    "SELECT g.id, g.reason, g.everything, g.classids, g.objids, g.started_at, g.role, "
    "g.session_role, g.application, g.client_address, g.transaction, g.statements, g.noted_at, "
    "g.statements <> '{}' "
    "FROM chronos.gap g WHERE g.attempts < $1 ORDER BY g.id",
    INT4OID);

constinit plan close_gap_plan("DELETE FROM chronos.gap WHERE id = $1", INT8OID);

constinit plan attempt_plan(
    "UPDATE chronos.gap SET attempts = attempts + 1, message = $2 WHERE id = $1", INT8OID, TEXTOID);

constinit plan newest_gap_plan("SELECT coalesce(max(g.id), 0) FROM chronos.gap g");
constinit plan forget_plan("DELETE FROM chronos.gap WHERE id <= $1", INT8OID);
constinit plan loaded_plan("UPDATE chronos.local SET loading = false WHERE loading");

struct gap {
    value id;
    std::string reason;
    bool everything = false;
    object_ids objects;
    evidence who;
    bool has_statements = false;
};

std::vector<Oid> oids_of(const value& from) {
    std::vector<Oid> out;
    backend::append_oids(out, from);
    return out;
}

gap read_gap(std::uint64_t row, MemoryContext memory) {
    gap out;
    out.id = cell(row, 0, memory);
    const Datum reason = cell(row, 1, memory).datum;
    out.reason = call([reason]() -> const char* { return TextDatumGetCString(reason); });
    out.everything = DatumGetBool(cell(row, 2, memory).datum);
    out.objects = {oids_of(cell(row, 3, memory)), oids_of(cell(row, 4, memory))};
    value* const evidence_columns[] = {
        &out.who.started_at, &out.who.role,        &out.who.session_role, &out.who.application,
        &out.who.address,    &out.who.transaction, &out.who.statements,   &out.who.ended_at};
    int column = 5;
    for (value* const each : evidence_columns) {
        *each = cell(row, column++, memory);
    }
    out.has_statements = DatumGetBool(cell(row, column, memory).datum);
    return out;
}

std::vector<gap> read_gaps(int most_attempts, MemoryContext memory) {
    statements connection;
    std::vector<gap> out;
    const std::uint64_t count = gaps_plan.read({Int32GetDatum(most_attempts)});
    out.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        out.push_back(read_gap(i, memory));
    }
    connection.close();
    return out;
}

void run(plan& statement, std::initializer_list<value> arguments) {
    statements connection;
    statement.write(arguments);
    connection.close();
}

object_ids without(const object_ids& from, const object_ids& taken) {
    const std::unordered_set<Oid> gone(taken.objids.begin(), taken.objids.end());
    object_ids out;
    for (std::size_t i = 0; i < from.objids.size(); ++i) {
        if (gone.find(from.objids[i]) == gone.end()) {
            out.classids.push_back(from.classids[i]);
            out.objids.push_back(from.objids[i]);
        }
    }
    return out;
}

const char* cause_of(const gap& each, const state& at) {
    if (at.number == 0) {
        return "baseline";
    }
    return each.everything && !each.has_statements ? "unobserved" : "ddl";
}

void settle(const gap& each, const object_ids& own, const object_ids* differing) {
    const MemoryContext memory = CurrentMemoryContext;
    const state at = read_state(memory);
    const object_ids objects = without(each.objects, own);
    differences found;
    if (each.everything && differing != nullptr) {
        found = differing->empty() ? differences{} : compare(at, *differing, memory);
    } else if (each.everything) {
        found = compare_all(at, own, memory);
    } else if (!objects.empty()) {
        found = compare(at, objects, memory);
    }
    if (found.any_change() || (each.everything && at.number == 0)) {
        write_version(at, at.number + 1, found, {cause_of(each, at), &each.who, {}});
        settle_labels();  // a prepared transaction may have left one
    } else if (!found.rows.empty()) {
        write_new_oids(at, found);
    }
    add_locked(found.locked, each.who);
}

// One gap that cannot be settled must not keep the others, or the caller's own change, from it.
void settle_or_postpone(const gap& each, const object_ids& own, const object_ids* differing) {
    std::string why;
    try {
        backend::subtransaction part;
        settle(each, own, differing);
        run(close_gap_plan, {each.id});
        part.commit();
        return;
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
            throw;
        }
        why = error.what();
    }
    const char* const reason = why.c_str();
    const value message = call([reason] { return PointerGetDatum(cstring_to_text(reason)); });
    run(attempt_plan, {each.id, message});
}

}  // namespace

std::int64_t settle_arrived(const state& at, value snapshot, const object_ids& own,
                            const evidence& who) {
    const MemoryContext memory = CurrentMemoryContext;
    const std::int64_t number = continue_arrived(at);
    const state now = read_state(memory);
    const differences found = compare_restored(now, at.arrived, own, memory);
    return write_version(now, number, found, {"restore", &who, snapshot});
}

void settle_backlog(const state& at, object_ids& own, const object_ids* differing) {
    if (!at.arrived.is_null) {
        settle_arrived(at, {}, own, evidence::nobody());
    }
    // A comparison of everything tries them all, and has time for it.
    const int most_attempts = differing != nullptr ? INT_MAX : kMostAttempts;
    for (const gap& each : read_gaps(most_attempts, CurrentMemoryContext)) {
        if (each.reason == "locked") {
            // The holder of the lock may be this very transaction: its text belongs to its version.
            append(own, each.objects);
            run(close_gap_plan, {each.id});
        } else {
            settle_or_postpone(each, own, differing);
        }
    }
    if (at.loading) {
        run(loaded_plan, {});
    }
}

void forget_backlog(value newest) {
    run(forget_plan, {newest});
    run(loaded_plan, {});
}

value newest_gap() {
    const MemoryContext memory = CurrentMemoryContext;
    statements connection;
    newest_gap_plan.read({});
    const value out = cell(0, 0, memory);
    connection.close();
    return out;
}

}  // namespace chronos::history

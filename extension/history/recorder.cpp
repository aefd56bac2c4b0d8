#include "history/recorder.hpp"

#include <algorithm>

#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "backend/spi.hpp"
#include "backend/subtransaction.hpp"
#include "history/backlog.hpp"
#include "history/disturbance.hpp"
#include "history/scope.hpp"
#include "history/store.hpp"
#include "history/tool_labels.hpp"

extern "C" {
#include <access/transam.h>
#include <catalog/namespace.h>
#include <utils/fmgrprotos.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/plancache.h>
#include <utils/rls.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
#include <utils/xid8.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::value;

value text_or_null(const char* from) {
    if (from == nullptr || *from == '\0') {
        return {};
    }
    return call([from] { return PointerGetDatum(cstring_to_text(from)); });
}

value role_name(Oid role) {
    return text_or_null(call([role]() -> const char* { return GetUserNameFromId(role, true); }));
}

// Null over a unix socket and in a background worker.
value client_address() {
    return call([]() -> value {
        LOCAL_FCINFO(asked, 0);
        InitFunctionCallInfoData(*asked, nullptr, 0, InvalidOid, nullptr, nullptr);
        const Datum address = inet_client_addr(asked);
        return asked->isnull ? value() : value(DirectFunctionCall1(network_host, address));
    });
}

bool same_datum(const value& left, const value& right, std::size_t size) {
    return left.is_null == right.is_null &&
           (left.is_null ||
            memcmp(DatumGetPointer(left.datum), DatumGetPointer(right.datum), size) == 0);
}

bool same_line(const state& before, const state& after) {
    return same_datum(before.line, after.line, UUID_LEN);
}

// True if no version has been written between the two looks.
bool same_head(const state& before, const state& after) {
    return before.number == after.number && same_line(before, after);
}

// Under the number lock. Adds to `own` what the present transaction has to look at again.
state settle_what_others_left(object_ids& own) {
    const state now = read_state(CurrentMemoryContext);
    if (!now.has_backlog()) {
        return now;
    }
    settle_backlog(now, own);
    return read_state(CurrentMemoryContext);
}

void write_found(const state& now, const differences& found, const evidence& who, bool others) {
    if (found.any_change()) {
        const std::int64_t number = write_version(now, now.number + 1, found, {"ddl", &who, {}});
        settle_tool_labels(number, found);
        return;
    }
    if (!found.rows.empty()) {
        write_new_oids(now, found);
    }
    if (others) {
        settle_tool_labels();
    }
}

}  // namespace

evidence evidence::nobody() {
    evidence out;
    out.statements = backend::text_array({});
    return out;
}

evidence evidence::collect(const std::vector<std::string>& statements) {
    evidence out;
    out.role = role_name(GetUserId());
    out.session_role = role_name(GetSessionUserId());
    out.application = text_or_null(application_name);
    out.address = client_address();
    out.started_at =
        call([] { return TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()); });
    out.transaction = call([]() -> value {
        const FullTransactionId id = GetTopFullTransactionIdIfAny();
        return FullTransactionIdIsValid(id) ? value(FullTransactionIdGetDatum(id)) : value();
    });
    out.statements = backend::text_array(statements);
    return out;
}

bool is_installed() {
    return call([] {
        const Oid schema = get_namespace_oid("chronos", true);
        return OidIsValid(schema) && OidIsValid(get_relname_relid("local", schema));
    });
}

void record_commit(const object_ids& touched, bool everything, const evidence& who, bool labelled) {
    const recorder_scope scope;
    const MemoryContext memory = CurrentMemoryContext;
    backend::step("state");
    const state before = glance_at_state(memory);
    const disturbance since(before);
    object_ids own = touched;
    differences found;
    backend::step("compare");
    if (everything) {
        found = compare_all(before, {}, memory);
        append(own, ids_of(found));
    } else if (!own.empty()) {
        found = compare(before, own, memory);
    }
    const std::size_t size = own.objids.size();
    if (!found.rows.empty() || before.has_backlog() || labelled) {
        backend::step("lock");
        make_writers_ready();
        take_number_lock();
        const state now = settle_what_others_left(own);
        const bool stands = same_head(before, now) || (same_line(before, now) && !found.is_direct &&
                                                       !everything && since.is_ruled_out(own));
        if (!stands || own.objids.size() != size) {
            found = own.empty() ? differences{} : compare(now, own, memory);
        }
        backend::step("number");
        write_found(now, found, who, now.number > before.number);
    }
    if (labelled) {
        settle_labels();
    }
    add_locked(found.locked, who);
}

std::int64_t give_label(backend::value label, bool later) {
    const value role = role_name(GetUserId());
    const recorder_scope scope;
    return add_label(label, role, later);
}

void record_gap(gap_reason reason, const object_ids& touched, bool everything, const evidence& who,
                const char* message, bool for_comparison) {
    static constexpr const char* kNames[] = {"prepared", "failed", "locked", "loading"};
    backend::step("gap");
    const recorder_scope scope;
    add_gap(kNames[static_cast<int>(reason)], touched, everything, who, message,
            for_comparison ? kMostAttempts : 0);
}

bool is_loading_dump() {
    // What pg_dump writes at the top of every dump, and pg_restore sets.
    if (check_function_bodies || row_security || *namespace_search_path != '\0') {
        return false;
    }
    const recorder_scope scope;
    return read_state(CurrentMemoryContext).loading;
}

}  // namespace chronos::history

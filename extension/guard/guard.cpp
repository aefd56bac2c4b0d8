#include "guard/guard.hpp"

#include <algorithm>

#include "backend/door.hpp"
#include "backend/subtransaction.hpp"
#include "guard/every_row.hpp"
#include "guard/response.hpp"

extern "C" {
#include <access/parallel.h>
#include <access/xact.h>
#include <access/xlog.h>
#include <commands/event_trigger.h>
#include <commands/extension.h>
#include <executor/executor.h>
#include <miscadmin.h>
#include <nodes/parsenodes.h>
#include <replication/logicalworker.h>
#include <tcop/utility.h>
}

namespace chronos::guard {

namespace {

using backend::call;

constinit ProcessUtility_hook_type next_utility = nullptr;
constinit ExecutorStart_hook_type next_start = nullptr;

// From its first call on the hook sees every command. The event trigger is for the one that was
// running when the library was loaded.
constinit bool has_begun = false;
constinit bool is_asking = false;

// What cannot destroy anything, or is another's work, is not looked at.
bool is_watching() {
    const bool is_session =
        MyBackendType == B_BACKEND || MyBackendType == B_WAL_SENDER || MyBackendType == B_BG_WORKER;
    return is_session && !is_asking && !creating_extension && !IsBinaryUpgrade &&
           IsTransactionState() && !IsAbortedTransactionBlockState() && !IsParallelWorker() &&
           !IsLogicalWorker() && OidIsValid(MyDatabaseId) && !XactReadOnly && !RecoveryInProgress();
}

bool is_installed() {
    return call([] { return OidIsValid(get_extension_oid("chronos", true)); });
}

class asking_scope {
  public:
    asking_scope() noexcept { is_asking = true; }
    ~asking_scope() { is_asking = false; }
    asking_scope(const asking_scope&) = delete;
    asking_scope& operator=(const asking_scope&) = delete;
};

// A guard that only warns must not be in the way when it cannot ask, as while the extension is
// older than the library; one that refuses must.
template <typename Fn>
auto ask(const char* tag, Fn&& question) -> std::invoke_result_t<Fn&> {
    try {
        backend::subtransaction part;
        auto found = question();
        part.commit();
        return found;
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
            throw;
        }
        respond_without_report(error, present_mode(), tag);
        return {};
    }
}

mode stricter(mode one, const std::string& other) {
    mode found = off;
    (void)read_mode(other.c_str(), found);
    return std::max(one, found);
}

void look_at_database(Oid database, const char* tag) {
    const asking_scope alone;
    const database_report found = ask(tag, [database] { return report_on_database(database); });
    respond(found.what, stricter(present_mode(), found.mode), deed::drop, tag);
}

void look_at(const Node* command, const char* tag) {
    const targets aimed = call([command] { return targets_of(command); });
    if (aimed.count == 0) {
        return;
    }
    if (IsA(command, DropdbStmt)) {
        look_at_database(aimed.items[0].objid, tag);
    } else if (present_mode() != off && is_installed()) {
        const asking_scope alone;
        respond(ask(tag, [&] { return report_on(aimed, tag); }), present_mode(), aimed.how, tag);
    }
}

// Cheap, for every command there is.
bool may_destroy(const Node* command) {
    switch (nodeTag(command)) {
        case T_DropStmt:
        case T_DropOwnedStmt:
        case T_TruncateStmt:
        case T_AlterTableStmt:
        case T_DropdbStmt:
            return true;
        default:
            return false;
    }
}

extern "C" void chronos_guard_utility(PlannedStmt* statement, const char* sent, bool read_only_tree,
                                      ProcessUtilityContext context, ParamListInfo parameters,
                                      QueryEnvironment* environment, DestReceiver* destination,
                                      QueryCompletion* completion) {
    const auto run = next_utility != nullptr ? next_utility : standard_ProcessUtility;
    const Node* const command = statement->utilityStmt;
    has_begun = true;
    // A part of another command (CREATE SCHEMA, a partition's ALTER) was looked at with it.
    if (may_destroy(command) && context != PROCESS_UTILITY_SUBCOMMAND && is_watching()) {
        const char* const tag = GetCommandTagName(CreateCommandTag(statement->utilityStmt));
        backend::boundary([command, tag] { look_at(command, tag); });
    }
    run(statement, sent, read_only_tree, context, parameters, environment, destination, completion);
}

void look_at_rows(const PlannedStmt& statement) {
    for (int i = 0; i < row_change_count(statement); ++i) {
        const row_change change = every_row_change(statement, i);
        if (!OidIsValid(change.relation) || !is_installed()) {
            continue;
        }
        const asking_scope alone;
        const char* const deed_done =
            change.deletes ? "DELETE without WHERE deletes" : "UPDATE without WHERE changes";
        const char* const tag = change.deletes ? "DELETE" : "UPDATE";
        respond(ask(tag, [&] { return report_on_rows(change.relation, deed_done); }),
                present_mode(), deed::alter, tag);
    }
}

// After the server has begun: by then it has checked the rights.
extern "C" void chronos_guard_start(QueryDesc* query, int flags) {
    if (next_start != nullptr) {
        next_start(query, flags);
    } else {
        standard_ExecutorStart(query, flags);
    }
    if (watches_rows() && present_mode() != off && (flags & EXEC_FLAG_EXPLAIN_ONLY) == 0 &&
        is_watching()) {
        const PlannedStmt* const statement = query->plannedstmt;
        backend::boundary([statement] { look_at_rows(*statement); });
    }
}

}  // namespace

void init() {
    define_settings();
    next_utility = ProcessUtility_hook;
    ProcessUtility_hook = chronos_guard_utility;
    next_start = ExecutorStart_hook;
    ExecutorStart_hook = chronos_guard_start;
}

}  // namespace chronos::guard

CHRONOS_SQL_FUNCTION(chronos_on_guarded_command)
{
    using namespace chronos::guard;
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo)) {
        throw chronos::backend::sql_error(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED,
                                          "this function can only be called as an event trigger");
    }
    const auto* const about = reinterpret_cast<const EventTriggerData*>(fcinfo->context);
    if (!has_begun && may_destroy(about->parsetree) && is_watching()) {
        look_at(about->parsetree, GetCommandTagName(about->tag));
    }
    PG_RETURN_VOID();
}

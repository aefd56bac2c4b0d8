#include "guard/guard.hpp"

#include "backend/door.hpp"
#include "backend/subtransaction.hpp"
#include "guard/report.hpp"
#include "guard/settings.hpp"

extern "C" {
#include <access/parallel.h>
#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <commands/event_trigger.h>
#include <commands/extension.h>
#include <miscadmin.h>
#include <nodes/parsenodes.h>
#include <parser/analyze.h>
#include <parser/parsetree.h>
#include <replication/logicalworker.h>
#include <tcop/utility.h>
#include <utils/guc.h>
#include <utils/rls.h>
}

namespace chronos::guard {

namespace {

using backend::call;

const int kRefused = MAKE_SQLSTATE('C', 'H', '0', '0', '2');

constinit ProcessUtility_hook_type next_utility = nullptr;
constinit post_parse_analyze_hook_type next_analyze = nullptr;

// From its first call on the hook sees every command. The event trigger is for the one that was
// running when the library was loaded.
constinit bool has_begun = false;
constinit bool is_asking = false;

// While pg_restore or psql reads a dump: what pg_dump writes at the top of every one.
bool is_loading_dump() {
    return !check_function_bodies && !row_security && *namespace_search_path == '\0';
}

// Programs of this product ask by themselves before they destroy anything.
bool is_own_program() {
    return application_name != nullptr && strncmp(application_name, "chronos ", 8) == 0;
}

bool is_on_guard() {
    return present_mode() != off && !is_asking && !creating_extension && !IsBinaryUpgrade &&
           IsTransactionState() && !IsAbortedTransactionBlockState() && !IsParallelWorker() &&
           !IsLogicalWorker() && MyBackendType == B_BACKEND && OidIsValid(MyDatabaseId) &&
           !is_own_program() && !is_loading_dump();
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

void say(int level, const report& found, const char* hint) {
    const char* const loss = found.loss.c_str();
    const char* const detail = found.detail.c_str();
    call([=] {
        ereport(level, (errcode(level >= ERROR ? kRefused : ERRCODE_WARNING), errmsg("%s", loss),
                        detail[0] != '\0' ? errdetail("%s", detail) : 0,
                        hint != nullptr ? errhint("%s", hint) : 0));
    });
}

void log_override(const report& found, const char* reason) {
    const char* const loss = found.loss.c_str();
    call([=] {
        char* const who = GetUserNameFromId(GetSessionUserId(), true);
        ereport(LOG, (errmsg("chronos guard: overridden by \"%s\": %s", who == nullptr ? "?" : who,
                             loss),
                      errdetail("Reason: %s", reason)));
    });
}

void refuse(const report& found) {
    say(ERROR, found,
        "chronos.guard is \"block\". A superuser may SET chronos.guard = \"snapshot\", which takes "
        "a "
        "snapshot first, or SET chronos.guard_override = 'why', which is written into the log.");
}

void keep_first(const report& found, const char* tag) {
    if (!found.is_restorable) {
        say(ERROR, found,
            "A snapshot cannot be taken from here: take it with chronosctl snapshot, then "
            "SET chronos.guard = \"warn\".");
    }
    const std::string id = take_snapshot(tag);
    say(NOTICE, {found.loss, "Snapshot " + id + " holds what was there until now.", true},
        "chronosctl restore --table brings it back.");
}

void act(const report& found, const char* tag) {
    if (found.loss.empty()) {
        return;
    }
    if (const char* const reason = override_reason()) {
        log_override(found, reason);
        return;
    }
    switch (present_mode()) {
        case warn:
            say(WARNING, found,
                "SELECT chronos.snapshot() keeps what is there now; chronos.guard = \"snapshot\" "
                "does it by itself, \"block\" refuses.");
            break;
        case snapshot:
            keep_first(found, tag);
            break;
        case block:
            refuse(found);
            break;
        case off:
            break;
    }
}

// A guard that only warns must not be in the way when it cannot ask, as while the extension is
// older than the library; one that refuses must.
template <typename Fn>
report ask(Fn&& question) {
    try {
        backend::subtransaction part;
        report found = question();
        part.commit();
        return found;
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED ||
            (present_mode() != warn && override_reason() == nullptr)) {
            throw;
        }
        const char* const reason = error.what();
        call([reason] {
            ereport(WARNING,
                    (errmsg("chronos cannot tell what this command destroys: %s", reason)));
        });
        return {};
    }
}

void look_at(const Node* command, const char* tag) {
    const targets aimed = call([command] { return targets_of(command); });
    if (aimed.count == 0 || !is_installed()) {
        return;
    }
    const asking_scope alone;
    act(ask([&] { return report_on(aimed, tag); }), tag);
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
    if (may_destroy(command) && context != PROCESS_UTILITY_SUBCOMMAND && is_on_guard()) {
        const char* const tag = GetCommandTagName(CreateCommandTag(statement->utilityStmt));
        backend::boundary([command, tag] { look_at(command, tag); });
    }
    run(statement, sent, read_only_tree, context, parameters, environment, destination, completion);
}

bool changes_every_row(const Query& query) {
    return (query.commandType == CMD_DELETE || query.commandType == CMD_UPDATE) &&
           query.jointree != nullptr && query.jointree->quals == nullptr &&
           query.resultRelation > 0;
}

void look_at_rows(const Query& query) {
    if (changes_every_row(query)) {
        const bool deletes = query.commandType == CMD_DELETE;
        const Oid relation = rt_fetch(query.resultRelation, query.rtable)->relid;
        if (is_installed()) {
            const asking_scope alone;
            const char* const deed =
                deletes ? "DELETE without WHERE deletes" : "UPDATE without WHERE changes";
            act(ask([&] { return report_on_rows(relation, deed); }), deletes ? "DELETE" : "UPDATE");
        }
    }
    for (int i = 0; i < list_length(query.cteList); ++i) {
        const auto* const part = static_cast<CommonTableExpr*>(list_nth(query.cteList, i));
        if (IsA(part->ctequery, Query)) {
            look_at_rows(*reinterpret_cast<const Query*>(part->ctequery));
        }
    }
}

extern "C" void chronos_guard_analyze(ParseState* state, Query* query, JumbleState* jumble) {
    if (next_analyze != nullptr) {
        next_analyze(state, query, jumble);
    }
    if (watches_rows() && is_on_guard()) {
        backend::boundary([query] { look_at_rows(*query); });
    }
}

}  // namespace

void init() {
    define_settings();
    next_utility = ProcessUtility_hook;
    ProcessUtility_hook = chronos_guard_utility;
    next_analyze = post_parse_analyze_hook;
    post_parse_analyze_hook = chronos_guard_analyze;
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
    if (!has_begun && may_destroy(about->parsetree) && is_on_guard()) {
        look_at(about->parsetree, GetCommandTagName(about->tag));
    }
    PG_RETURN_VOID();
}

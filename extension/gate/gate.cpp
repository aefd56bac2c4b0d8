#include "gate/gate.hpp"

#include "backend/door.hpp"
#include "core/version_constraint.hpp"
#include "gate/session_check.hpp"
#include "history/head.hpp"

extern "C" {
#include <access/parallel.h>
#include <commands/event_trigger.h>
#include <executor/executor.h>
#include <nodes/parsenodes.h>
#include <tcop/pquery.h>
#include <tcop/utility.h>
#include <utils/guc.h>
#include <utils/portal.h>
}

namespace chronos::gate {

namespace {

using backend::boundary;

enum mode : int { at_connect, at_statement };

constexpr config_enum_entry kModes[] = {
    {"connect", at_connect, false}, {"statement", at_statement, false}, {nullptr, 0, false}};

constinit char* expected = nullptr;
constinit int when = at_connect;
constinit ExecutorStart_hook_type next_start = nullptr;
constinit ProcessUtility_hook_type next_utility = nullptr;

// What is known of the present value of chronos.expect.
constinit bool is_open = false;
constinit std::uint64_t open_since = 0;  // the generation of the head
constinit bool has_warned = false;

// While the setting is defined it takes over what the connection string said before the library was
// there, and no error can be raised. That nobody can read it is then told by the first statement.
constinit bool is_defining = false;

bool is_told_later(GucSource source) {
    return is_defining || InitializingParallelWorker ||
           (source >= PGC_S_GLOBAL && source <= PGC_S_DATABASE_USER);
}

// Plain data out, so that nothing is left of C++ when the server is told.
bool is_readable(const char* text, std::array<char, 256>& reason) noexcept {
    try {
        (void)core::version_constraint::parse(text);
        return true;
    } catch (const std::exception& error) {
        strlcpy(reason.data(), error.what(), reason.size());
        return false;
    }
}

extern "C" bool chronos_check_expect(char** value, void**, GucSource source) {
    std::array<char, 256> reason{};
    if (*value == nullptr || **value == '\0' || is_told_later(source) ||
        is_readable(*value, reason)) {
        return true;
    }
    GUC_check_errdetail("What is wrong: %s.", reason.data());
    GUC_check_errhint("Write, for example, >=42, >=41,<50, 42, a label or a fingerprint.");
    return false;
}

extern "C" void chronos_assign_expect(const char*, void*) {
    is_open = false;
    has_warned = false;
}

extern "C" void chronos_assign_expect_mode(int, void*) { is_open = false; }

// Only what a client sent: the statements of functions, of workers and of our own commit belong to
// something that has been let in.
void pass() {
    if (expected == nullptr || *expected == '\0' || MyBackendType != B_BACKEND) {
        return;
    }
    if (is_open && when == at_connect) {
        return;
    }
    boundary([] {
        const std::uint64_t generation = history::head_generation();
        if (is_open && generation == open_since) {
            return;
        }
        is_open = false;
        const bool is_known = is_satisfied(expected, has_warned);
        has_warned = !is_known;
        is_open = is_known || when == at_connect;
        open_since = generation;
    });
}

bool is_exempt(const Node* command) {
    switch (nodeTag(command)) {
        case T_VariableSetStmt:
        case T_VariableShowStmt:
        case T_TransactionStmt:
        case T_DiscardStmt:
        case T_DeallocateStmt:
            return true;
        default:
            return false;
    }
}

extern "C" void chronos_gate_start(QueryDesc* query, int flags) {
    if (ActivePortal != nullptr && ActivePortal->sourceText == query->sourceText) {
        pass();
    }
    if (next_start != nullptr) {
        next_start(query, flags);
    } else {
        standard_ExecutorStart(query, flags);
    }
}

extern "C" void chronos_gate_utility(PlannedStmt* statement, const char* text, bool read_only_tree,
                                     ProcessUtilityContext context, ParamListInfo parameters,
                                     QueryEnvironment* environment, DestReceiver* destination,
                                     QueryCompletion* completion) {
    if (context == PROCESS_UTILITY_TOPLEVEL && !is_exempt(statement->utilityStmt)) {
        pass();
    }
    const ProcessUtility_hook_type next =
        next_utility != nullptr ? next_utility : standard_ProcessUtility;
    next(statement, text, read_only_tree, context, parameters, environment, destination,
         completion);
}

void define_settings() {
    is_defining = true;
    DefineCustomStringVariable(
        "chronos.expect", "The schema version that this session is made for.",
        "If the schema is another, the first statement fails. Empty: any will do.", &expected, "",
        PGC_USERSET, 0, chronos_check_expect, chronos_assign_expect, nullptr);
    is_defining = false;
    DefineCustomEnumVariable("chronos.expect_mode", "When chronos.expect is checked.",
                             "connect: once, at the first statement. statement: also whenever the "
                             "schema has become another.",
                             &when, at_connect, kModes, PGC_USERSET, 0, nullptr,
                             chronos_assign_expect_mode, nullptr);
}

}  // namespace

void init() {
    define_settings();
    next_start = ExecutorStart_hook;
    ExecutorStart_hook = chronos_gate_start;
    next_utility = ProcessUtility_hook;
    ProcessUtility_hook = chronos_gate_utility;
}

}  // namespace chronos::gate

CHRONOS_SQL_FUNCTION(chronos_load_gate)
{
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo)) {
        throw chronos::backend::sql_error(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED,
                                          "this function can only be called as an event trigger");
    }
    return PointerGetDatum(nullptr);
}

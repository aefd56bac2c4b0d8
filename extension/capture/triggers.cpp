// The three event trigger functions. The first of them in a session also loads this library, and
// with it the hooks, before the command does its work.
#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "backend/subtransaction.hpp"
#include "capture/grant.hpp"
#include "capture/notes.hpp"

extern "C" {
#include <commands/event_trigger.h>
#include <executor/executor.h>
#include <nodes/execnodes.h>
#include <utils/fmgroids.h>
#include <utils/tuplestore.h>
}

namespace {

using chronos::backend::call;
using namespace chronos::capture;

// The columns of the server's two functions that are of use here.
constexpr int kClassid = 1;
constexpr int kObjid = 2;
constexpr int kIsTemporary = 6;
constexpr int kDroppedSchema = 8;
constexpr int kInExtension = 8;

Datum column(TupleTableSlot* row, int number, bool& is_null) {
    return slot_getattr(row, number, &is_null);
}

bool yes(TupleTableSlot* row, int number) {
    bool null = false;
    const Datum found = column(row, number, null);
    return !null && DatumGetBool(found);
}

void note_row(TupleTableSlot* row) {
    bool no_class = false;
    bool no_object = false;
    const Datum classid = column(row, kClassid, no_class);
    const Datum objid = column(row, kObjid, no_object);
    if (!no_class && !no_object) {
        note_object(DatumGetObjectId(classid), DatumGetObjectId(objid));
    }
}

void note_command_row(TupleTableSlot* row) {
    if (!yes(row, kInExtension)) {
        note_row(row);
    }
}

// What was ours cannot be told from the rows of other dropped objects at commit.
void note_dropped_row(TupleTableSlot* row) {
    bool null = false;
    const Datum schema = column(row, kDroppedSchema, null);
    if (!yes(row, kIsTemporary) && (null || strcmp(TextDatumGetCString(schema), "chronos") != 0)) {
        note_row(row);
    }
}

// Calls one of the two functions as a statement would, but for the statement. Inside call().
void for_each_row(Oid function, void (*visit)(TupleTableSlot*)) {
    FmgrInfo info;
    fmgr_info(function, &info);
    ReturnSetInfo result{};
    result.type = T_ReturnSetInfo;
    result.econtext = CreateStandaloneExprContext();
    result.allowedModes = SFRM_Materialize;
    LOCAL_FCINFO(asked, 0);
    InitFunctionCallInfoData(*asked, &info, 0, InvalidOid, nullptr,
                             reinterpret_cast<fmNodePtr>(&result));
    (void)FunctionCallInvoke(asked);
    TupleTableSlot* const row = MakeSingleTupleTableSlot(result.setDesc, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(result.setResult, true, false, row)) {
        visit(row);
    }
    ExecDropSingleTupleTableSlot(row);
    tuplestore_end(result.setResult);
    FreeExprContext(result.econtext, true);
}

// An error here would undo the user's command: instead everything is compared at commit.
template <typename Fn>
void note_safely(Fn&& note) {
    if (!is_noting()) {
        return;
    }
    try {
        chronos::backend::subtransaction part;
        chronos::backend::step("trigger");
        note();
        part.commit();
    } catch (const chronos::backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
            throw;
        }
        call([] { note_everything(); });
    }
}

EventTriggerData* trigger_data(FunctionCallInfo fcinfo) {
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo)) {
        throw chronos::backend::sql_error(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED,
                                          "this function can only be called as an event trigger");
    }
    return reinterpret_cast<EventTriggerData*>(fcinfo->context);
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_on_ddl_start)
{
    (void)trigger_data(fcinfo);
    PG_RETURN_VOID();
}

CHRONOS_SQL_FUNCTION(chronos_on_ddl_end)
{
    Node* const command = trigger_data(fcinfo)->parsetree;
    note_safely([command] {
        call([command] {
            for_each_row(F_PG_EVENT_TRIGGER_DDL_COMMANDS, note_command_row);
            note_command(command);
        });
    });
    PG_RETURN_VOID();
}

CHRONOS_SQL_FUNCTION(chronos_on_drop)
{
    (void)trigger_data(fcinfo);
    note_safely(
        [] { call([] { for_each_row(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS, note_dropped_row); }); });
    PG_RETURN_VOID();
}

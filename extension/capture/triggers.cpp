// The three event trigger functions. The first of them in a session also loads this library, and
// with it the hooks, before the command does its work.
#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "backend/plan.hpp"
#include "backend/spi.hpp"
#include "backend/subtransaction.hpp"
#include "capture/grant.hpp"
#include "capture/notes.hpp"

extern "C" {
#include <commands/event_trigger.h>
}

namespace {

using chronos::backend::call;
using chronos::backend::plan;
using namespace chronos::capture;

constinit plan commands_plan(
    "SELECT c.classid, c.objid FROM pg_catalog.pg_event_trigger_ddl_commands() c "
    "WHERE c.objid IS NOT NULL AND NOT c.in_extension");

// What was ours cannot be told from the rows of other dropped objects at commit.
constinit plan drops_plan(
    "SELECT d.classid, d.objid FROM pg_catalog.pg_event_trigger_dropped_objects() d "
    "WHERE NOT d.is_temporary "
    "AND coalesce(d.schema_name OPERATOR(pg_catalog.<>) 'chronos', true)");

void note_rows(plan& query) {
    chronos::backend::spi connection;
    const std::uint64_t count = query.read({});
    for (std::uint64_t row = 0; row < count; ++row) {
        const MemoryContext memory = CurrentMemoryContext;
        const Oid classid = DatumGetObjectId(chronos::backend::cell(row, 0, memory).datum);
        const Oid objid = DatumGetObjectId(chronos::backend::cell(row, 1, memory).datum);
        call([classid, objid] { note_object(classid, objid); });
    }
    connection.close();
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
        note_rows(commands_plan);
        call([command] { note_command(command); });
    });
    PG_RETURN_VOID();
}

CHRONOS_SQL_FUNCTION(chronos_on_drop)
{
    (void)trigger_data(fcinfo);
    note_safely([] { note_rows(drops_plan); });
    PG_RETURN_VOID();
}

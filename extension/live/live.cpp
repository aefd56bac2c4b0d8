// chronos.live_direct(): the descriptions of this folder, for SQL and for the tests that compare
// them with the views.
#include "backend/door.hpp"
#include "live/description.hpp"

extern "C" {
#include <access/htup_details.h>
#include <funcapi.h>
}

namespace {

using namespace chronos::live;

const char* name_of(sight seen) {
    switch (seen) {
        case sight::described:
            return "described";
        case sight::nothing:
            return "nothing";
        default:
            return "unusual";
    }
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_live_direct)
{
    const Oid classid = PG_GETARG_OID(0);
    const Oid objid = PG_GETARG_OID(1);
    return chronos::backend::call([fcinfo, classid, objid] {
        TupleDesc shape = nullptr;
        if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
            elog(ERROR, "return type must be a row type");
        }
        description found{};
        const sight seen = describe(classid, objid, found);
        const bool none = seen != sight::described;
        Datum values[] = {CStringGetTextDatum(name_of(seen)), 0, 0, 0, 0};
        bool nulls[] = {false, none, none, none, none};
        if (!none) {
            values[1] = CStringGetTextDatum(found.kind);
            values[2] = CStringGetTextDatum(found.identity);
            values[3] = JsonbPGetDatum(found.definition);
            values[4] = PointerGetDatum(hash_of(found));
        }
        return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
    });
}

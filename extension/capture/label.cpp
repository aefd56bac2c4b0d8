// chronos.label(): in a transaction that changes the schema the label waits for the number.
#include "backend/door.hpp"
#include "capture/notes.hpp"

CHRONOS_SQL_FUNCTION(chronos_label)
{
    const bool later = chronos::capture::has_notes();
    const std::int64_t number =
        chronos::history::give_label(chronos::backend::value(PG_GETARG_DATUM(0)), later);
    if (later) {
        chronos::backend::call([] { chronos::capture::note_label(); });
        PG_RETURN_NULL();
    }
    PG_RETURN_INT64(number);
}

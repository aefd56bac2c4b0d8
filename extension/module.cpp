// What the server calls when it loads chronos.so: one line for each module, nothing else.
#include "backend/door.hpp"
#include "capture/capture.hpp"
#include "gate/gate.hpp"
#include "guard/guard.hpp"
#include "scheduler/scheduler.hpp"

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);
void _PG_init(void) {
    chronos::backend::boundary([] {
        chronos::capture::init();
        chronos::gate::init();
        chronos::guard::init();
        chronos::scheduler::init();
    });
}
}

CHRONOS_SQL_FUNCTION(chronos_library_version)
{ PG_RETURN_TEXT_P(cstring_to_text(CHRONOS_VERSION)); }

#include "history/announce.hpp"

extern "C" {
#include <commands/async.h>
#include <utils/fmgrprotos.h>
}

namespace chronos::history {

namespace {

// A full queue is an error in the middle of the commit, out of reach of the recorder's
// subtransaction: the user's change would be lost.
constexpr double kNearlyFull = 0.9;

}  // namespace

void announce(const char* payload) {
    if (DatumGetFloat8(DirectFunctionCall1(pg_notification_queue_usage, 0)) > kNearlyFull) {
        ereport(WARNING,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("chronos did not announce a schema version: the queue of notifications "
                        "is nearly full"),
                 errhint("End the transactions of sessions that listen; see "
                         "pg_notification_queue_usage().")));
        return;
    }
    Async_Notify("chronos_version", payload);
}

}  // namespace chronos::history

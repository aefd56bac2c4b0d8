#include "capture/capture.hpp"

#include <climits>

#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "capture/access.hpp"
#include "capture/commit.hpp"
#include "capture/notes.hpp"
#include "capture/time_limit.hpp"

extern "C" {
#include <utils/guc.h>
}

namespace chronos::capture {

void init() {
    DefineCustomBoolVariable(
        "chronos.capture", "Records changes of the schema as versions.",
        "When off, what this session changes has no version until chronos.reconcile() finds it.",
        &enabled, true, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable(
        "chronos.capture_timeout", "How long recording a change may hold up its commit.",
        "What takes longer is left to the next comparison. 0: no limit.", &capture_timeout, 30000,
        0, INT_MAX, PGC_SUSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("chronos.fail_at", "For tests: a step of capture that fails.",
                               "STEP or STEP:KIND.", &backend::fail_at, "", PGC_SUSET,
                               GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, nullptr, nullptr, nullptr);
    watch_access();
    watch_transactions();
}

}  // namespace chronos::capture

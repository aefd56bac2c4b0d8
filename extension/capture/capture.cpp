#include "capture/capture.hpp"

#include "backend/door.hpp"
#include "capture/access.hpp"
#include "capture/commit.hpp"
#include "capture/notes.hpp"

extern "C" {
#include <utils/guc.h>
}

namespace chronos::capture {

void init() {
    DefineCustomBoolVariable(
        "chronos.capture", "Records changes of the schema as versions.",
        "When off, what this session changes has no version until chronos.reconcile() finds it.",
        &enabled, true, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    watch_access();
    watch_transactions();
}

}  // namespace chronos::capture

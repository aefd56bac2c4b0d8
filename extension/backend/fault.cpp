#include "backend/fault.hpp"

#include "backend/door.hpp"

namespace chronos::backend {

char* fail_at = nullptr;

namespace {

struct kind {
    const char* name;
    int sqlstate;
    const char* message;
};

constexpr kind kKinds[] = {
    {"disk_full", ERRCODE_DISK_FULL, "no space left on device, on purpose"},
    {"lock_timeout", ERRCODE_LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout"},
    {"cancel", ERRCODE_QUERY_CANCELED, "canceling statement due to user request"},
};

constinit bool failed_before = false;

void wait_to_be_cancelled() {
    constexpr long kTurns = 6000;
    for (long turn = 0; turn < kTurns; ++turn) {
        CHECK_FOR_INTERRUPTS();
        pg_usleep(10 * 1000L);
    }
}

void wait_a_little() {
    constexpr int kTurns = 50;
    for (int turn = 0; turn < kTurns; ++turn) {
        CHECK_FOR_INTERRUPTS();
        pg_usleep(10 * 1000L);
    }
}

}  // namespace

void fail_on_purpose(const char* step) {
    const std::string_view wanted = fail_at;
    const std::size_t colon = wanted.find(':');
    if (wanted.substr(0, colon) != step) {
        return;
    }
    const std::string_view name =
        colon == std::string_view::npos ? std::string_view() : wanted.substr(colon + 1);
    call([step, name] {
        for (const kind& each : kKinds) {
            if (name == each.name) {
                ereport(ERROR, (errcode(each.sqlstate), errmsg("%s", each.message)));
            }
        }
        if (name == "wait") {
            wait_to_be_cancelled();
        }
        if (name == "pause") {
            return wait_a_little();
        }
        if (name == "once" && (failed_before = !failed_before) == false) {
            return;
        }
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
                        errmsg("step \"%s\" of capture failed on purpose", step)));
    });
}

}  // namespace chronos::backend

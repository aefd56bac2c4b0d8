#include "guard/settings.hpp"

#include "backend/backend.hpp"

extern "C" {
#include <utils/guc.h>
}

namespace chronos::guard {

namespace {

constexpr config_enum_entry kModes[] = {{"off", off, false},
                                        {"warn", warn, false},
                                        {"snapshot", snapshot, false},
                                        {"block", block, false},
                                        {nullptr, 0, false}};

constinit int chosen = warn;
constinit int least = off;
constinit bool rows = false;
constinit char* reason = nullptr;
// Read by SQL (88_guard_stake.sql).
constinit int smallest = 0;

}  // namespace

void define_settings() {
    DefineCustomEnumVariable(
        "chronos.guard", "What happens before a command destroys data.",
        "off: nothing; warn: it is said what will be lost; snapshot: a snapshot is taken first; "
        "block: the command is refused.",
        &chosen, warn, kModes, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    // A setting of its own: of one that anybody may set for himself anybody may also take away what
    // a superuser has set for him.
    DefineCustomEnumVariable("chronos.guard_at_least", "The guard is never less strict than this.",
                             "Anybody may set it; chronos.guard may only be changed by superusers.",
                             &least, off, kModes, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("chronos.guard_rows",
                             "The guard stands before DELETE and UPDATE without WHERE, too.",
                             nullptr, &rows, false, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("chronos.guard_threshold", "Tables smaller than this are not guarded.",
                            "Without their indexes. Empty ones never are.", &smallest, 0, 0,
                            INT_MAX, PGC_SUSET, GUC_UNIT_KB, nullptr, nullptr, nullptr);
    DefineCustomStringVariable(
        "chronos.guard_override", "Why the guard is passed by.",
        "While it is not empty, the guard only writes into the server's log what was destroyed and "
        "this reason.",
        &reason, "", PGC_SUSET, GUC_NOT_IN_SAMPLE, nullptr, nullptr, nullptr);
}

mode present_mode() noexcept { return static_cast<mode>(Max(chosen, least)); }

bool is_own_wish() noexcept { return least > chosen; }

bool read_mode(const char* text, mode& into) noexcept {
    for (const config_enum_entry& each : kModes) {
        if (each.name != nullptr && pg_strcasecmp(each.name, text) == 0) {
            into = static_cast<mode>(each.val);
            return true;
        }
    }
    return false;
}

bool watches_rows() noexcept { return rows; }

const char* override_reason() noexcept {
    return reason == nullptr || *reason == '\0' ? nullptr : reason;
}

}  // namespace chronos::guard

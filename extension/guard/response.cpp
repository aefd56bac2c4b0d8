#include "guard/response.hpp"

#include "backend/door.hpp"

extern "C" {
#include <access/xact.h>
#include <catalog/namespace.h>
#include <utils/guc.h>
#include <utils/rls.h>
}

namespace chronos::guard {

namespace {

using backend::call;

const int kRefused = MAKE_SQLSTATE('C', 'H', '0', '0', '6');

// The snapshot that this transaction has already taken. A second one would wait for what the first
// command has locked.
struct taken {
    TimestampTz transaction = 0;
    std::string id;
};

taken& last_taken() {
    static taken last;
    return last;
}

void say(int level, const std::string& message, const std::string& detail, const char* hint) {
    const char* const loss = message.c_str();
    const char* const more = detail.c_str();
    call([=] {
        ereport(level, (errcode(level >= ERROR     ? kRefused
                                : level == WARNING ? ERRCODE_WARNING
                                                   : ERRCODE_SUCCESSFUL_COMPLETION),
                        errmsg("%s", loss), more[0] != '\0' ? errdetail("%s", more) : 0,
                        hint != nullptr ? errhint("%s", hint) : 0));
    });
}

void log_passing(const report& found, const char* reason) {
    const char* const loss = found.loss.c_str();
    call([=] {
        char* const who = GetUserNameFromId(GetSessionUserId(), true);
        ereport(LOG, (errmsg("chronos guard: overridden by \"%s\": %s", who == nullptr ? "?" : who,
                             loss),
                      errdetail("Reason: %s", reason)));
    });
}

void keep_first(const report& found, deed what, const char* tag) {
    if (!found.obstacle.empty()) {
        say(ERROR, found.loss, found.detail,
            "A snapshot taken from here would not hold all of it. SET chronos.guard = \"warn\" or "
            "chronos.guard_override lets the command pass.");
    }
    taken& last = last_taken();
    const TimestampTz now = GetCurrentTransactionStartTimestamp();
    const bool is_new = last.transaction != now || last.id.empty();
    if (is_new) {
        last = {now, take_snapshot(found, tag)};
    }
    say(NOTICE, found.loss,
        "Snapshot " + last.id +
            (is_new ? " holds what was there until now."
                    : ", which this transaction has taken before, holds what was there then."),
        what == deed::drop ? "chronos.undrop() brings a table back."
                           : "chronosctl restore brings it back into another database.");
}

}  // namespace

bool is_loading_dump() noexcept {
    return !check_function_bodies && !row_security && *namespace_search_path == '\0';
}

void respond(const report& found, mode how, deed what, const char* tag) {
    if (found.loss.empty() || how == off) {
        return;
    }
    if (const char* const reason = override_reason()) {
        log_passing(found, reason);
        return;
    }
    if (is_loading_dump()) {
        if (how > warn) {
            log_passing(found, "a dump is being read");
        }
        return;
    }
    switch (how) {
        case warn:
            say(WARNING, found.loss, found.detail,
                "SELECT chronos.snapshot() keeps what is there now; chronos.guard = \"snapshot\" "
                "does it by itself, \"block\" refuses.");
            break;
        case snapshot:
            keep_first(found, what, tag);
            break;
        case block:
            say(ERROR, found.loss, found.detail,
                is_own_wish() ? "chronos.guard_at_least is \"block\" by your own choice: RESET it, "
                                "or set it to \"snapshot\", which takes a snapshot first."
                              : "chronos.guard is \"block\". A superuser may SET chronos.guard = "
                                "\"snapshot\", "
                                "which takes a snapshot first, or SET chronos.guard_override = "
                                "'why', which is "
                                "written into the log.");
            break;
        case off:
            break;
    }
}

void respond_without_report(const backend::backend_error& reason, mode how, const char* tag) {
    const bool refuses = how > warn && override_reason() == nullptr;
    const int category = ERRCODE_TO_CATEGORY(reason.sqlstate());
    const bool is_outdated =
        category == ERRCODE_TO_CATEGORY(ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION);
    const std::string update =
        "ALTER EXTENSION chronos UPDATE makes the extension fit its library.";
    const std::string passing =
        "SET chronos.guard_override = 'why' lets the command pass, which is written into the log.";
    const std::string hint = is_outdated ? (refuses ? update + " " + passing : update)
                                         : (refuses ? passing : std::string());
    say(refuses ? ERROR : WARNING,
        std::string("chronos cannot tell what ") + tag + " would destroy",
        std::string("It got an error: ") + reason.what() + ".",
        hint.empty() ? nullptr : hint.c_str());
}

}  // namespace chronos::guard

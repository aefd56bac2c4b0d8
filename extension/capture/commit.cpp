// At commit: hands what the transaction touched to the recorder, in a subtransaction of its own. It
// fails open: whatever goes wrong becomes a WARNING and a gap, the user's change is committed. Only
// a cancel by the user is an error, as it is everywhere else in a COMMIT.
#include "capture/commit.hpp"

#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "backend/subtransaction.hpp"
#include "capture/notes.hpp"
#include "capture/redact.hpp"
#include "capture/time_limit.hpp"
#include "capture/unannounced.hpp"
#include "history/recorder.hpp"

extern "C" {
#include <access/xlog.h>
#include <storage/ipc.h>
#include <tcop/utility.h>
}

namespace chronos::capture {

namespace {

using backend::call;
using history::gap_reason;

constinit ProcessUtility_hook_type next_utility = nullptr;

// A gap could not even be noted: the next recorder of this session must compare everything.
constinit bool owes_everything = false;

std::vector<std::string> evidence_texts(const notes& taken) {
    std::vector<std::string> texts;
    texts.reserve(taken.statements.size());
    for (const std::string& each : taken.statements) {
        texts.push_back(without_secrets(each));
    }
    return texts;
}

void record(const notes& taken, bool preparing) {
    if (!history::is_installed() || history::is_loading_dump()) {
        return;
    }
    const history::evidence who = history::evidence::collect(evidence_texts(taken));
    if (preparing) {
        // No number and no lock: both would stay with the prepared transaction.
        history::record_gap(gap_reason::prepared, taken.objects, taken.everything, who, nullptr);
        return;
    }
    history::record_commit(taken.objects, taken.everything || owes_everything, who, taken.labelled);
    owes_everything = false;
}

void warn(const backend::failure& failed, bool too_slow) {
    call([&failed, too_slow] {
        ereport(
            WARNING,
            (errcode(failed.sqlstate),
             errmsg("chronos could not record this change of the schema: %s", failed.message),
             failed.detail[0] != '\0' ? errdetail_internal("%s", failed.detail) : 0,
             too_slow ? errhint("The change itself is committed. SELECT chronos.reconcile(), or "
                                "the launcher's next comparison, records it.")
                      : errhint("The change itself is committed. The next change, or SELECT "
                                "chronos.reconcile(), records it.")));
    });
}

// After the limit only a comparison, which has none, can do better than this transaction.
void leave_gap(const notes& taken, const backend::failure& failed, bool too_slow) {
    try {
        backend::subtransaction part;
        const history::evidence who = history::evidence::collect(evidence_texts(taken));
        history::record_gap(gap_reason::failed, taken.objects, taken.everything, who,
                            failed.message, too_slow);
        part.commit();
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
            throw;
        }
        owes_everything = true;
    } catch (const std::exception&) {
        owes_everything = true;
    }
}

// What the transaction did, once it has been read: it can be read only once.
struct reading {
    notes taken;
    bool is_complete = false;
};

// Returns false, and why in `failed`, if the change could not be recorded.
bool record_in_time(reading& read, bool preparing, const time_limit& limit,
                    backend::failure& failed) {
    notes& taken = read.taken;
    try {
        backend::subtransaction part;
        if (!read.is_complete) {
            backend::step("notes");
            taken = take_notes();
            read.is_complete = true;
        }
        if (!taken.empty()) {
            record(taken, preparing);
        }
        part.commit();
        return true;
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED && !limit.reached()) {
            throw;
        }
        backend::describe_current_exception(failed);
    } catch (...) {
        backend::describe_current_exception(failed);
    }
    return false;
}

// The server's functions that render an object look into the catalogues as they are at that moment:
// what another session drops meanwhile is an internal error to them, and gone in the next snapshot.
bool may_have_vanished(const backend::failure& failed) {
    switch (failed.sqlstate) {
        case ERRCODE_INTERNAL_ERROR:
        case ERRCODE_UNDEFINED_TABLE:
        case ERRCODE_UNDEFINED_COLUMN:
        case ERRCODE_UNDEFINED_FUNCTION:
        case ERRCODE_UNDEFINED_OBJECT:
        case ERRCODE_UNDEFINED_SCHEMA:
            return true;
        default:
            return false;
    }
}

void at_end_of_transaction(bool preparing) {
    if (proc_exit_inprogress || RecoveryInProgress()) {
        return;
    }
    const pause nothing_of_ours;
    backend::failure failed;
    // Whatever happened, if the notes could not even be read.
    reading read;
    read.taken.everything = true;
    bool too_slow = false;
    {
        const time_limit limit;
        if (record_in_time(read, preparing, limit, failed) ||
            (read.is_complete && may_have_vanished(failed) && !limit.reached() &&
             record_in_time(read, preparing, limit, failed))) {
            return;
        }
        too_slow = limit.reached();
    }
    if (too_slow) {
        strlcpy(failed.message, "recording took longer than chronos.capture_timeout",
                sizeof(failed.message));
    }
    warn(failed, too_slow);
    leave_gap(read.taken, failed, too_slow);
}

// It would stay with the prepared transaction, and nobody could commit a version any more.
void refuse_to_prepare_number_lock() {
    if (history::holds_number_lock()) {
        throw backend::sql_error(
            ERRCODE_FEATURE_NOT_SUPPORTED,
            "cannot PREPARE a transaction that has compared or recorded the schema", {},
            "Call chronos.baseline() and chronos.reconcile() in transactions of their own.");
    }
}

extern "C" void chronos_transaction_event(XactEvent event, void*) {
    switch (event) {
        case XACT_EVENT_PRE_COMMIT:
            if (has_notes_or_wishes()) {
                backend::boundary([] { at_end_of_transaction(false); });
            }
            break;
        case XACT_EVENT_PRE_PREPARE:
            backend::boundary([] { refuse_to_prepare_number_lock(); });
            if (has_notes_or_wishes()) {
                backend::boundary([] { at_end_of_transaction(true); });
            }
            break;
        case XACT_EVENT_COMMIT:
        case XACT_EVENT_ABORT:
        case XACT_EVENT_PREPARE:
            forget_notes();
            break;
        default:
            break;
    }
}

extern "C" void chronos_subtransaction_event(SubXactEvent event, SubTransactionId part,
                                             SubTransactionId, void*) {
    if (event == SUBXACT_EVENT_ABORT_SUB) {
        forget_statements_of(part);
    }
}

extern "C" void chronos_utility(PlannedStmt* statement, const char* sent, bool read_only_tree,
                                ProcessUtilityContext context, ParamListInfo parameters,
                                QueryEnvironment* environment, DestReceiver* destination,
                                QueryCompletion* completion) {
    const auto run = next_utility != nullptr ? next_utility : standard_ProcessUtility;
    run(statement, sent, read_only_tree, context, parameters, environment, destination, completion);
    if (is_noting()) {
        note_unannounced(statement->utilityStmt);
    }
    if (IsA(statement->utilityStmt, TransactionStmt) &&
        castNode(TransactionStmt, statement->utilityStmt)->kind == TRANS_STMT_COMMIT_PREPARED &&
        enabled) {
        // Its own notes are in chronos.gap; only now can they be seen and get a number.
        note_backlog();
    }
}

}  // namespace

void watch_transactions() {
    RegisterXactCallback(chronos_transaction_event, nullptr);
    RegisterSubXactCallback(chronos_subtransaction_event, nullptr);
    next_utility = ProcessUtility_hook;
    ProcessUtility_hook = chronos_utility;
}

}  // namespace chronos::capture

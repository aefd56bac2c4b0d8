// The job worker: one dynamic background worker for one snapshot, or one table that is brought
// back. It records the run, supervises the engine and records how it ended.
#include <csignal>

#include "backend/door.hpp"
#include "scheduler/engine_process.hpp"
#include "scheduler/failure_codes.hpp"
#include "scheduler/job_request.hpp"
#include "scheduler/job_words.hpp"
#include "scheduler/run_record.hpp"
#include "scheduler/scheduled_runs.hpp"
#include "scheduler/supervisor.hpp"
#include "scheduler/work_transaction.hpp"

extern "C" {
#include <libpq/pqsignal.h>
#include <postmaster/interrupt.h>
#include <storage/ipc.h>
#include <storage/latch.h>
#include <storage/proc.h>
#include <storage/procarray.h>
#include <utils/backend_status.h>

PGDLLEXPORT void chronos_job_worker_main(Datum argument);
}

namespace chronos::scheduler {

namespace {

volatile std::sig_atomic_t terminated = 0;

// Like a cancel, so that the engine is stopped and the reason recorded before this process ends.
void on_terminate(int /*signal*/) {
    const int saved = errno;
    terminated = 1;
    InterruptPending = 1;
    QueryCancelPending = 1;
    SetLatch(MyLatch);
    errno = saved;
}

job_request read_request() {
    job_request request{};
    std::memcpy(&request, MyBgworkerEntry->bgw_extra, sizeof(request));
    return request;
}

void connect(const job_request& request) {
    const Oid database = request.database;
    backend::call([database] {
        pqsignal(SIGHUP, SignalHandlerForConfigReload);
        pqsignal(SIGTERM, on_terminate);
        BackgroundWorkerUnblockSignals();
        BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
        before_shmem_exit([](int code, Datum value) { engine_process::kill_at_exit(code, value); },
                          0);
    });
    prepare_worker_session();
}

// The session that asked looks for the run's row when it wakes.
void wake_requester(int pid) {
    backend::call([pid] {
        if (PGPROC* const requester = BackendPidGetProc(pid)) {
            SetLatch(&requester->procLatch);
        }
    });
}

void show_activity(const job_request& request) {
    const char* const id = request.id;
    const char* const kind = name_of(request.kind);
    backend::call([id, kind] {
        char text[NAMEDATALEN];
        (void)pg_snprintf(text, sizeof(text), "%s %s", kind, id);
        pgstat_report_activity(STATE_RUNNING, text);
    });
}

run_failure describe(const backend::backend_error& error) {
    if (error.sqlstate() != ERRCODE_QUERY_CANCELED) {
        return {"internal", error.what(), error.detail(), error.hint()};
    }
    if (terminated != 0) {
        return {"cancelled", "terminated by administrator command or server shutdown", {}, {}};
    }
    return {"cancelled", "canceled by user request", {}, {}};
}

run_failure describe(const backend::sql_error& error) {
    return {error.sqlstate() == kEngineNotFound ? "engine_not_found" : "internal", error.what(),
            error.detail(), error.hint()};
}

std::optional<run_failure> do_work(run_record& run, const job_request& request) {
    try {
        const engine_program program = run.program();
        supervisor watcher(run,
                           {std::chrono::seconds(request.timeout_s), request.timeout_of_schedule});
        return watcher.run(program);
    } catch (const backend::backend_error& error) {
        return describe(error);
    } catch (const backend::sql_error& error) {
        return describe(error);
    } catch (const std::exception& error) {
        return run_failure{"internal", error.what(), {}, {}};
    }
}

// How a run ended must be told, even if another cancel comes, or somebody locks the table for a
// while.
template <typename Fn>
auto in_any_case(Fn&& write) -> std::invoke_result_t<Fn&> {
    try {
        return patiently(write);
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() != ERRCODE_QUERY_CANCELED) {
            throw;
        }
        return patiently(write);
    }
}

void record_failure(run_record& run, const job_request& request, const run_failure& failure) {
    const std::string recorded = in_any_case([&] { return run.failed(failure); });
    const char* const id = request.id;
    const char* const kind = name_of(request.kind);
    const char* const reason = recorded.c_str();
    backend::call([=] { ereport(WARNING, (errmsg("%s %s failed: %s", kind, id, reason))); });
}

// At once, so that the schedule's command need not wait for the launcher's next visit. That visit
// makes up for whatever fails here.
void settle() {
    try {
        settle_schedules();
    } catch (const backend::backend_error& error) {
        const char* const reason = error.what();
        backend::call([reason] {
            ereport(LOG, (errmsg("could not record the end of a scheduled snapshot: %s", reason)));
        });
    }
}

void run_job() {
    const job_request request = read_request();
    connect(request);
    show_activity(request);
    const std::vector<std::string> words = read_words();
    run_record run = patiently([&] { return run_record(request, words); });
    wake_requester(request.requester_pid);
    if (const std::optional<run_failure> failure = do_work(run, request)) {
        record_failure(run, request, *failure);
    } else {
        in_any_case([&] { run.completed(); });
    }
    if (terminated == 0) {
        settle();
    }
}

}  // namespace

}  // namespace chronos::scheduler

void chronos_job_worker_main(Datum /*argument*/) {
    chronos::backend::boundary([] { chronos::scheduler::run_job(); });
    proc_exit(0);
}

// One visit to one database: its schedules, then what has to be put right after a crash, and what
// capture has missed.
#include "scheduler/maintenance_worker.hpp"

#include "backend/door.hpp"
#include "scheduler/engine_process.hpp"
#include "scheduler/own_function.hpp"
#include "scheduler/scheduled_runs.hpp"
#include "scheduler/work_transaction.hpp"

extern "C" {
#include <libpq/pqsignal.h>
#include <storage/ipc.h>
#include <tcop/tcopprot.h>
#include <utils/backend_status.h>

PGDLLEXPORT void chronos_maintenance_worker_main(Datum argument);
}

namespace chronos::scheduler {

namespace {

void connect(Oid database) {
    backend::call([database] {
        pqsignal(SIGTERM, die);
        BackgroundWorkerUnblockSignals();
        BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
        before_shmem_exit([](int code, Datum value) { engine_process::kill_at_exit(code, value); },
                          0);
    });
    prepare_worker_session();
}

void show_activity(const char* duty) {
    backend::call([duty] { pgstat_report_activity(STATE_RUNNING, duty); });
}

void perform(const char* duty) {
    work_transaction work;
    if (is_own_function(work.sql(), duty)) {
        show_activity(duty);
        const std::string statement = std::string("SELECT ") + duty;
        (void)work.sql().query(statement.c_str());
    }
    work.commit();
}

void log_failure(const char* duty, const char* reason) {
    backend::call([duty, reason] {
        ereport(LOG, (errmsg("chronos maintenance: %s failed: %s", duty, reason)));
    });
}

// Each duty in transactions of its own: one failure must not undo the others. False: cancelled.
template <typename Fn>
bool attempt(const char* duty, Fn&& work) {
    try {
        work();
    } catch (const backend::backend_error& error) {
        log_failure(duty, error.what());
        return error.sqlstate() != ERRCODE_QUERY_CANCELED;
    }
    return true;
}

bool attempt(const char* duty) {
    return attempt(duty, [duty] { perform(duty); });
}

void maintain(Oid database, visit what) {
    connect(database);
    const bool kept = attempt("schedules", [] {
        show_activity("schedules");
        keep_schedules();
    });
    if (kept && what == visit::whole && attempt("chronos.fail_lost_runs()") &&
        attempt("chronos.log_findings()")) {
        (void)attempt("chronos.heal_gaps()");
    }
}

visit what_is_wanted() {
    visit what = visit::whole;
    std::memcpy(&what, MyBgworkerEntry->bgw_extra, sizeof(what));
    return what;
}

}  // namespace

BackgroundWorker describe_visit(Oid database, visit what) {
    BackgroundWorker description =
        describe_worker("chronos maintenance worker", "chronos_maintenance_worker_main");
    description.bgw_main_arg = ObjectIdGetDatum(database);
    std::memcpy(description.bgw_extra, &what, sizeof(what));
    return description;
}

}  // namespace chronos::scheduler

void chronos_maintenance_worker_main(Datum argument) {
    chronos::backend::boundary([argument] {
        using namespace chronos::scheduler;
        maintain(DatumGetObjectId(argument), what_is_wanted());
    });
    proc_exit(0);
}

// One visit to one database: what has to be put right after a crash, and what capture has missed.
#include "backend/door.hpp"
#include "scheduler/work_transaction.hpp"

extern "C" {
#include <libpq/pqsignal.h>
#include <postmaster/bgworker.h>
#include <storage/ipc.h>
#include <tcop/tcopprot.h>
#include <utils/backend_status.h>

PGDLLEXPORT void chronos_maintenance_worker_main(Datum argument);
}

namespace chronos::scheduler {

namespace {

// Each in a transaction of its own: one failure must not undo the others.
constexpr const char* kDuties[] = {"chronos.fail_lost_runs()", "chronos.heal_gaps()"};

void connect(Oid database) {
    backend::call([database] {
        pqsignal(SIGTERM, die);
        BackgroundWorkerUnblockSignals();
        BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
    });
    prepare_worker_session();
}

// This session may do anything, so it calls nothing that a mere owner of a database can have made:
// only a superuser can make a function a member of the extension.
constexpr const char* kIsOurs = R"sql(
    SELECT EXISTS (
        SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = to_regprocedure($1)
          AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
          AND e.extname = 'chronos'))sql";

void perform(const char* duty) {
    work_transaction work;
    const auto known = work.sql().query(kIsOurs, {backend::argument::text(duty)});
    if (known.at(0).at(0) == "t") {
        backend::call([duty] { pgstat_report_activity(STATE_RUNNING, duty); });
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

void maintain(Oid database) {
    connect(database);
    for (const char* const duty : kDuties) {
        try {
            perform(duty);
        } catch (const backend::backend_error& error) {
            log_failure(duty, error.what());
            if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
                return;
            }
        }
    }
}

}  // namespace

}  // namespace chronos::scheduler

void chronos_maintenance_worker_main(Datum argument) {
    chronos::backend::boundary(
        [argument] { chronos::scheduler::maintain(DatumGetObjectId(argument)); });
    proc_exit(0);
}

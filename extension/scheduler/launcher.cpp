#include "scheduler/launcher.hpp"

#include <algorithm>
#include <chrono>

#include "backend/door.hpp"
#include "scheduler/maintenance_worker.hpp"
#include "scheduler/settings.hpp"

extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/tableam.h>
#include <catalog/pg_database.h>
#include <libpq/pqsignal.h>
#include <postmaster/interrupt.h>
#include <storage/ipc.h>
#include <storage/latch.h>
#include <utils/guc.h>
#include <utils/snapmgr.h>
#include <utils/timestamp.h>
#include <utils/wait_event.h>

PGDLLEXPORT void chronos_launcher_main(Datum argument);
}

namespace chronos::scheduler {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr int kRestartAfter = 5;
constexpr auto kLongestVisit = 1h;
constexpr auto kLongestLook = 10s;
constexpr long kLongestSleepMs = 10000;
constexpr int kInvalidDatabase = -2;  // datconnlimit of one that DROP DATABASE left half done

void connect() {
    backend::call([] {
        pqsignal(SIGHUP, SignalHandlerForConfigReload);
        pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
        pqsignal(SIGINT, SIG_IGN);
        BackgroundWorkerUnblockSignals();
        BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    });
}

bool can_be_visited(const FormData_pg_database& database) {
    return database.datallowconn && !database.datistemplate &&
           database.datconnlimit != kInvalidDatabase;
}

// Without a database there is no SQL: the shared catalogue is read as it is.
std::vector<Oid> databases() {
    List* const found = backend::call([] {
        StartTransactionCommand();
        (void)GetTransactionSnapshot();
        List* result = NIL;
        const Relation catalog = table_open(DatabaseRelationId, AccessShareLock);
        const TableScanDesc scan = table_beginscan_catalog(catalog, 0, nullptr);
        HeapTuple tuple = heap_getnext(scan, ForwardScanDirection);
        while (HeapTupleIsValid(tuple)) {
            const auto* const row = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
            if (can_be_visited(*row)) {
                result = lappend_oid(result, row->oid);
            }
            tuple = heap_getnext(scan, ForwardScanDirection);
        }
        table_endscan(scan);
        table_close(catalog, AccessShareLock);
        return result;
    });
    std::vector<Oid> result;
    result.reserve(static_cast<std::size_t>(list_length(found)));
    for (int i = 0; i < list_length(found); ++i) {
        result.push_back(list_nth_oid(found, i));
    }
    backend::call([] { CommitTransactionCommand(); });
    return result;
}

void handle_interrupts() {
    backend::call([] {
        CHECK_FOR_INTERRUPTS();
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
        }
        if (ShutdownRequestPending) {
            // 1: the postmaster starts a new launcher, unless the server is shutting down.
            proc_exit(1);
        }
    });
}

// The next time at which the clock shows a multiple of the interval, so that with an interval of a
// minute the runs of schedules begin at the beginning of their minute.
clock::time_point next_round() {
    const std::int64_t interval = settings::launcher_interval() * USECS_PER_SEC;
    const std::int64_t left = interval - GetCurrentTimestamp() % interval;
    return clock::now() + std::chrono::microseconds(left);
}

void sleep_until(clock::time_point next) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - clock::now());
    dynamic_worker::wait(std::clamp<long>(static_cast<long>(left.count()) + 1, 1, kLongestSleepMs));
    handle_interrupts();
}

// A full table of workers stays full for a while; the log need not say so every minute.
bool refusal_logged = false;

void log_once(const backend::sql_error& error) {
    const char* const reason = error.what();
    const char* const hint = error.hint().c_str();
    if (!refusal_logged) {
        backend::call([reason, hint] {
            ereport(LOG, (errmsg("chronos launcher: %s", reason), errhint("%s", hint)));
        });
    }
    refusal_logged = true;
}

// A worker that needs longer, for a command, is left to itself.
void visit_schedules(Oid database) {
    dynamic_worker worker(describe_visit(database, visit::schedules));
    const clock::time_point leave = clock::now() + kLongestLook;
    while (!worker.has_stopped() && clock::now() < leave) {
        sleep_until(leave);
    }
    worker.release();
}

void visit_all_schedules() {
    try {
        for (const Oid each : databases()) {
            visit_schedules(each);
        }
    } catch (const backend::sql_error& error) {
        log_once(error);
    }
}

// A long comparison in one database must not make the schedules of all of them late.
void visit_whole(Oid database, clock::time_point& next) {
    dynamic_worker worker(describe_visit(database, visit::whole));
    const clock::time_point give_up = clock::now() + kLongestVisit;
    while (!worker.has_stopped() && clock::now() < give_up) {
        sleep_until(std::min(next, give_up));
        if (clock::now() >= next) {
            visit_all_schedules();
            next = next_round();
        }
    }
}

void visit_all(clock::time_point& next) {
    for (const Oid database : databases()) {
        try {
            visit_whole(database, next);
        } catch (const backend::sql_error& error) {
            log_once(error);
            return;
        }
    }
    refusal_logged = false;
}

void run_launcher() {
    connect();
    for (;;) {
        handle_interrupts();
        clock::time_point next = next_round();
        visit_all(next);
        while (clock::now() < next) {
            sleep_until(next);
        }
    }
}

bool registered_here = false;

}  // namespace

void register_launcher() {
    if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade) {
        return;
    }
    BackgroundWorker worker = describe_worker("chronos launcher", "chronos_launcher_main");
    worker.bgw_restart_time = kRestartAfter;
    BackgroundWorker* const registered = &worker;
    backend::call([registered] { RegisterBackgroundWorker(registered); });
    registered_here = true;
}

bool launcher_is_registered() { return registered_here; }

}  // namespace chronos::scheduler

void chronos_launcher_main(Datum /*argument*/) {
    chronos::backend::boundary([] { chronos::scheduler::run_launcher(); });
    proc_exit(1);
}

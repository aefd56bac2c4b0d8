#include "scheduler/launcher.hpp"

#include <chrono>

#include "backend/door.hpp"
#include "scheduler/dynamic_worker.hpp"
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
#include <utils/wait_event.h>

PGDLLEXPORT void chronos_launcher_main(Datum argument);
}

namespace chronos::scheduler {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr int kRestartAfter = 5;
constexpr auto kLongestVisit = 1h;
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

void visit(Oid database) {
    BackgroundWorker description =
        describe_worker("chronos maintenance worker", "chronos_maintenance_worker_main");
    description.bgw_main_arg = ObjectIdGetDatum(database);
    dynamic_worker worker(description);
    const clock::time_point give_up = clock::now() + kLongestVisit;
    while (!worker.has_stopped() && clock::now() < give_up) {
        dynamic_worker::wait(10000);
        handle_interrupts();
    }
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

void visit_all() {
    for (const Oid database : databases()) {
        try {
            visit(database);
        } catch (const backend::sql_error& error) {
            log_once(error);
            return;
        }
    }
    refusal_logged = false;
}

void sleep_until(clock::time_point next) {
    while (clock::now() < next) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(next - clock::now());
        dynamic_worker::wait(static_cast<long>(left.count()) + 1);
        handle_interrupts();
    }
}

void run_launcher() {
    connect();
    for (;;) {
        handle_interrupts();
        const clock::time_point started = clock::now();
        visit_all();
        sleep_until(started + std::chrono::seconds(settings::launcher_interval()));
    }
}

}  // namespace

void register_launcher() {
    if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade) {
        return;
    }
    BackgroundWorker worker = describe_worker("chronos launcher", "chronos_launcher_main");
    worker.bgw_restart_time = kRestartAfter;
    BackgroundWorker* const registered = &worker;
    backend::call([registered] { RegisterBackgroundWorker(registered); });
}

}  // namespace chronos::scheduler

void chronos_launcher_main(Datum /*argument*/) {
    chronos::backend::boundary([] { chronos::scheduler::run_launcher(); });
    proc_exit(1);
}

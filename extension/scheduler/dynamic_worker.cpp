#include "scheduler/dynamic_worker.hpp"

#include <csignal>

#include "backend/door.hpp"

extern "C" {
#include <storage/ipc.h>
#include <storage/latch.h>
#include <utils/wait_event.h>
}

namespace chronos::scheduler {

void end_workers_at_exit(int code, Datum argument);

namespace {

// FATAL runs no destructors, so the session's exit looks here for the workers that are waited for.
dynamic_worker* innermost = nullptr;

// A cancel, so that the worker can say why it ended; one that has not started never will.
void end_worker(BackgroundWorkerHandle* handle) noexcept {
    pid_t pid = 0;
    switch (GetBackgroundWorkerPid(handle, &pid)) {
        case BGWH_STARTED:
            kill(pid, SIGINT);
            break;
        case BGWH_NOT_YET_STARTED:
            TerminateBackgroundWorker(handle);
            break;
        case BGWH_STOPPED:
        case BGWH_POSTMASTER_DIED:
            break;
    }
}

void register_exit_callback() {
    static bool registered = false;
    if (!registered) {
        backend::call([] { before_shmem_exit(end_workers_at_exit, 0); });
        registered = true;
    }
}

}  // namespace

void end_workers_at_exit(int /*code*/, Datum /*argument*/) {
    for (; innermost != nullptr; innermost = innermost->outer_) {
        if (innermost->handle_ != nullptr) {
            end_worker(innermost->handle_);
        }
    }
}

BackgroundWorker describe_worker(const char* type, const char* function) {
    BackgroundWorker worker{};
    strlcpy(worker.bgw_name, type, sizeof(worker.bgw_name));
    strlcpy(worker.bgw_type, type, sizeof(worker.bgw_type));
    strlcpy(worker.bgw_library_name, "$libdir/chronos", sizeof(worker.bgw_library_name));
    strlcpy(worker.bgw_function_name, function, sizeof(worker.bgw_function_name));
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    return worker;
}

dynamic_worker::dynamic_worker(BackgroundWorker description) : handle_(nullptr), outer_(innermost) {
    register_exit_callback();
    description.bgw_notify_pid = MyProcPid;
    BackgroundWorker* const worker = &description;
    BackgroundWorkerHandle** const handle = &handle_;
    if (!backend::call([=] { return RegisterDynamicBackgroundWorker(worker, handle); })) {
        throw backend::sql_error(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
                                 "could not start a background worker: all slots are taken", {},
                                 "Try again later, or raise max_worker_processes (now " +
                                     std::to_string(max_worker_processes) +
                                     ") and restart the server.");
    }
    innermost = this;
}

dynamic_worker::~dynamic_worker() {
    if (handle_ != nullptr) {
        end_worker(handle_);
    }
    innermost = outer_;
}

bool dynamic_worker::has_stopped() const {
    pid_t pid = 0;
    BackgroundWorkerHandle* const handle = handle_;
    const BgwHandleStatus status =
        backend::call([handle, &pid] { return GetBackgroundWorkerPid(handle, &pid); });
    return status == BGWH_STOPPED || status == BGWH_POSTMASTER_DIED;
}

void dynamic_worker::release() noexcept { handle_ = nullptr; }

void dynamic_worker::wait(long milliseconds) {
    backend::call([milliseconds] {
        (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds,
                        PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
    });
}

}  // namespace chronos::scheduler

#include "scheduler/new_job.hpp"

#include "backend/door.hpp"
#include "backend/spi.hpp"
#include "scheduler/failure_codes.hpp"
#include "scheduler/latest.hpp"
#include "scheduler/repository_check.hpp"
#include "scheduler/settings.hpp"

extern "C" {
#include <access/xact.h>
#include <utils/timestamp.h>
}

namespace chronos::scheduler {

namespace {

constexpr long kPollMs = 1000;  // in case a wake-up is lost

}  // namespace

void check_repositories() {
    backend::spi spi;
    const std::vector<backend::row> repositories =
        spi.query("SELECT name, url, xmin::text FROM chronos.repository ORDER BY name");
    spi.close();
    if (repositories.empty()) {
        throw backend::sql_error(
            ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "this database has no repository", {},
            "Add one: SELECT chronos.add_repository('local', 'file:///path/to/directory');");
    }
    for (const backend::row& repository : repositories) {
        const auto inserted_by = static_cast<TransactionId>(std::stoul(*repository[2]));
        if (backend::call([=] { return TransactionIdIsCurrentTransactionId(inserted_by); })) {
            throw backend::sql_error(
                ERRCODE_ACTIVE_SQL_TRANSACTION,
                "repository \"" + *repository[0] + "\" is not committed yet",
                "The snapshot is taken by other sessions, which cannot see it.",
                "COMMIT first, then call chronos.snapshot().");
        }
        (void)check_repository(*repository[1]);
    }
}

BackgroundWorker describe_job(const new_job& request) {
    job_request job{};
    job.requested_at = GetCurrentTimestamp();
    job.database = MyDatabaseId;
    job.role = request.role;
    job.requester_pid = MyProcPid;
    job.timeout_s = request.timeout_s;
    job.jobs = settings::snapshot_jobs();
    job.timeout_of_schedule = request.timeout_of_schedule;
    job.kind = request.kind;
    request.id.copy(job.id, sizeof(job.id) - 1);
    request.label.copy(job.label, sizeof(job.label) - 1);
    BackgroundWorker worker = describe_worker("chronos job worker", "chronos_job_worker_main");
    std::memcpy(worker.bgw_extra, &job, sizeof(job));
    return worker;
}

std::optional<backend::row> find_run(const std::string& id, job_kind kind) {
    const std::string sql = std::string("SELECT state, code, error, detail, hint FROM ") +
                            table_of(kind) + " WHERE id = $1";
    std::vector<backend::row> rows = query_latest(sql.c_str(), {backend::argument::text(id)});
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

void raise_failure(const std::string& id, const std::optional<backend::row>& run, job_kind kind) {
    const int failed = kind == job_kind::undrop ? kUndropFailed : kSnapshotFailed;
    const std::string what = std::string(name_of(kind)) + " " + id + " failed: ";
    if (!run || (*run)[0] != "failed") {
        throw backend::sql_error(failed, what + "its background worker ended early", {},
                                 "The server log says why.");
    }
    const auto text = [&run](std::size_t column) { return (*run)[column].value_or(""); };
    const int sqlstate = text(1) == "engine_not_found" ? kEngineNotFound : failed;
    throw backend::sql_error(sqlstate, what + text(2), text(3), text(4));
}

void wait_for_start(dynamic_worker& worker, const std::string& id, job_kind kind) {
    bool stopped = worker.has_stopped();
    while (!find_run(id, kind)) {
        if (stopped) {
            raise_failure(id, find_run(id, kind), kind);
        }
        dynamic_worker::wait(kPollMs);
        stopped = worker.has_stopped();
    }
}

}  // namespace chronos::scheduler

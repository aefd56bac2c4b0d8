// chronos.snapshot(): checks what can be checked at once, starts the job worker, waits for it.
#include <algorithm>

#include "backend/door.hpp"
#include "backend/spi.hpp"
#include "scheduler/dynamic_worker.hpp"
#include "scheduler/failure_codes.hpp"
#include "scheduler/held_locks.hpp"
#include "scheduler/job_request.hpp"
#include "scheduler/latest.hpp"
#include "scheduler/repository_check.hpp"
#include "scheduler/settings.hpp"

extern "C" {
#include <access/xlog.h>
#include <mb/pg_wchar.h>
#include <utils/timestamp.h>
}

namespace chronos::scheduler {

namespace {

constexpr long kPollMs = 1000;  // in case a wake-up is lost

void refuse_standby() {
    if (backend::call([] { return RecoveryInProgress(); })) {
        throw backend::sql_error(
            ERRCODE_FEATURE_NOT_SUPPORTED, "cannot take a snapshot from inside a standby", {},
            "Call chronos.snapshot() on the primary, or run chronosctl snapshot on this server.");
    }
}

// As UTF-8, whatever the encoding of the database.
std::string checked_label(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0)) {
        return {};
    }
    std::string label = backend::call([fcinfo] {
        char* const given = TextDatumGetCString(PG_GETARG_DATUM(0));
        return static_cast<const char*>(
            pg_server_to_any(given, static_cast<int>(std::strlen(given)), PG_UTF8));
    });
    const bool control = std::any_of(
        label.begin(), label.end(), [](unsigned char each) { return each < 0x20 || each == 0x7F; });
    if (label.empty() || label.size() > kLongestLabel || control) {
        throw backend::sql_error(
            ERRCODE_INVALID_PARAMETER_VALUE,
            "snapshot label must have 1 to 63 bytes and no control characters",
            "This one has " + std::to_string(label.size()) + " bytes in UTF-8.",
            "For a snapshot without a label leave it out.");
    }
    return label;
}

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

std::string new_id() {
    backend::spi spi;
    const std::vector<backend::row> rows = spi.query("SELECT chronos.new_snapshot_id()");
    spi.close();
    return rows.at(0).at(0).value();
}

BackgroundWorker describe_job(const std::string& id, const std::string& label) {
    job_request request{};
    request.requested_at = GetCurrentTimestamp();
    request.database = MyDatabaseId;
    request.role = GetOuterUserId();
    request.requester_pid = MyProcPid;
    request.timeout_s = settings::snapshot_timeout();
    request.jobs = settings::snapshot_jobs();
    id.copy(request.id, sizeof(request.id) - 1);
    label.copy(request.label, sizeof(request.label) - 1);
    BackgroundWorker worker = describe_worker("chronos job worker", "chronos_job_worker_main");
    std::memcpy(worker.bgw_extra, &request, sizeof(request));
    return worker;
}

// The run's row as its worker has committed it, if it has.
std::optional<backend::row> find_run(const std::string& id) {
    std::vector<backend::row> rows = query_latest(
        "SELECT state, code, error, detail, hint FROM chronos.snapshot_run WHERE id = $1",
        {backend::argument::text(id)});
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

[[noreturn]] void raise_failure(const std::string& id, const std::optional<backend::row>& run) {
    if (!run || (*run)[0] != "failed") {
        throw backend::sql_error(kSnapshotFailed,
                                 "snapshot " + id + " failed: its background worker ended early",
                                 {}, "The server log says why.");
    }
    const auto text = [&run](std::size_t column) { return (*run)[column].value_or(""); };
    const int sqlstate = text(1) == "engine_not_found" ? kEngineNotFound : kSnapshotFailed;
    throw backend::sql_error(sqlstate, "snapshot " + id + " failed: " + text(2), text(3), text(4));
}

// Until the run can be seen in chronos.snapshots.
void wait_for_start(dynamic_worker& worker, const std::string& id) {
    bool stopped = worker.has_stopped();
    while (!find_run(id)) {
        if (stopped) {
            raise_failure(id, find_run(id));
        }
        dynamic_worker::wait(kPollMs);
        stopped = worker.has_stopped();
    }
}

void wait_for_end(dynamic_worker& worker, const std::string& id) {
    while (!worker.has_stopped()) {
        dynamic_worker::wait(kPollMs);
    }
    const std::optional<backend::row> run = find_run(id);
    if (!run || (*run)[0] != "complete") {
        raise_failure(id, run);
    }
}

void pass_warnings_on(const std::string& id) {
    const std::vector<backend::row> warnings = query_latest(
        "SELECT jsonb_array_elements_text(warnings) FROM chronos.snapshots "
        "WHERE id = $1 AND jsonb_typeof(warnings) = 'array'",
        {backend::argument::text(id)});
    for (const backend::row& warning : warnings) {
        const std::string message = warning.at(0).value_or("");
        const char* const raw = message.c_str();
        backend::call([raw] { ereport(WARNING, (errmsg("snapshot: %s", raw))); });
    }
}

std::string snapshot(FunctionCallInfo fcinfo) {
    refuse_standby();
    const std::string label = checked_label(fcinfo);
    const bool wait = PG_ARGISNULL(1) || PG_GETARG_BOOL(1);
    check_repositories();
    refuse_held_locks();
    std::string id = new_id();
    dynamic_worker worker(describe_job(id, label));
    wait_for_start(worker, id);
    if (wait) {
        wait_for_end(worker, id);
        pass_warnings_on(id);
    }
    worker.release();
    return id;
}

}  // namespace

}  // namespace chronos::scheduler

CHRONOS_SQL_FUNCTION(chronos_snapshot)
{
    const std::string id = chronos::scheduler::snapshot(fcinfo);
    const char* const result = id.c_str();
    return chronos::backend::call([result] { return CStringGetTextDatum(result); });
}

// chronos.snapshot(): checks what can be checked at once, starts the job worker, waits for it.
#include <algorithm>

#include "backend/door.hpp"
#include "backend/spi.hpp"
#include "scheduler/dynamic_worker.hpp"
#include "scheduler/held_locks.hpp"
#include "scheduler/job_request.hpp"
#include "scheduler/latest.hpp"
#include "scheduler/new_job.hpp"
#include "scheduler/settings.hpp"

extern "C" {
#include <access/xlog.h>
#include <mb/pg_wchar.h>
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

std::string new_id() {
    backend::spi spi;
    const std::vector<backend::row> rows = spi.query("SELECT chronos.new_snapshot_id()");
    spi.close();
    return rows.at(0).at(0).value();
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
    dynamic_worker worker(
        describe_job({id, label, GetOuterUserId(), settings::snapshot_timeout()}));
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

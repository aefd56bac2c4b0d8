// chronos.run_undrop(): has a job worker bring a table back, and waits for it. Which snapshot has
// it is known by then.
#include "backend/door.hpp"
#include "backend/spi.hpp"
#include "core/sql_name.hpp"
#include "scheduler/dynamic_worker.hpp"
#include "scheduler/failure_codes.hpp"
#include "scheduler/job_words.hpp"
#include "scheduler/latest.hpp"
#include "scheduler/new_job.hpp"

extern "C" {
#include <access/xact.h>
#include <access/xlog.h>
#include <catalog/pg_type.h>
#include <pgstat.h>
#include <utils/array.h>
}

namespace chronos::scheduler {

namespace {

using backend::argument;

constexpr long kPollMs = 500;

// Sessions of our engine, and who makes them wait, and who those, …
constexpr const char* kWaitsForUs = R"sql(
    WITH RECURSIVE waiting AS (
        SELECT a.pid FROM pg_stat_activity AS a
        WHERE a.application_name = 'chronos engine ' || $1
        UNION
        SELECT b.pid FROM waiting AS w, unnest(pg_blocking_pids(w.pid)) AS b(pid))
    SELECT EXISTS (SELECT FROM waiting AS w WHERE w.pid = pg_backend_pid()))sql";

// The server would not see it as a deadlock: we do not wait for a lock.
void refuse_to_block(const std::string& id, const std::string& relation) {
    backend::call([] { pgstat_clear_snapshot(); });
    if (query_latest(kWaitsForUs, {argument::text(id)}).at(0).at(0) != "t") {
        return;
    }
    throw backend::sql_error(
        ERRCODE_ACTIVE_SQL_TRANSACTION,
        "bringing back table \"" + relation + "\" needs a lock that this transaction holds",
        "It is done by another session, which would wait for this transaction, which waits for it.",
        "COMMIT first, then call chronos.undrop().");
}

// The table that this session does not see is still there for the engine.
[[noreturn]] void raise_not_gone(const std::string& relation) {
    throw backend::sql_error(
        ERRCODE_ACTIVE_SQL_TRANSACTION,
        "table \"" + relation + "\" is still there for other sessions",
        "This transaction has dropped or renamed it, and has not committed. It is brought back by "
        "another session.",
        "COMMIT first, then call chronos.undrop(), or ROLLBACK to have it as it was.");
}

void wait_for_end(dynamic_worker& worker, const std::string& id, const std::string& relation) {
    while (!worker.has_stopped()) {
        dynamic_worker::wait(kPollMs);
        refuse_to_block(id, relation);
    }
    const std::optional<backend::row> run = find_run(id, job_kind::undrop);
    if (run && (*run)[0] == "complete") {
        return;
    }
    const bool changed = TransactionIdIsValid(GetTopTransactionIdIfAny());
    const std::string refusal = "table " + core::fully_quoted(relation) + " exists already";
    if (run && (*run)[1] == "refused" && changed && (*run)[2].value_or("").find(refusal) == 0) {
        raise_not_gone(relation);
    }
    raise_failure(id, run, job_kind::undrop);
}

std::vector<std::string> words_of(FunctionCallInfo fcinfo) {
    int count = 0;
    const char* const* const texts = backend::call([fcinfo, &count] {
        Datum* items = nullptr;
        bool* nulls = nullptr;
        deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &items,
                          &nulls, &count);
        auto** const made =
            static_cast<char**>(palloc(sizeof(char*) * (static_cast<Size>(count) + 1)));
        made[0] = TextDatumGetCString(PG_GETARG_DATUM(0));
        for (int i = 0; i < count; ++i) {
            made[i + 1] = TextDatumGetCString(items[i]);
        }
        return made;
    });
    std::vector<std::string> words(texts, texts + count + 1);
    words.insert(words.begin() + 1, PG_GETARG_BOOL(2) ? "run" : "refuse");
    return words;
}

std::string new_id() {
    return query_latest("SELECT chronos.new_snapshot_id()", {}).at(0).at(0).value();
}

std::string undrop(FunctionCallInfo fcinfo) {
    const std::vector<std::string> words = words_of(fcinfo);
    const bool wait = PG_GETARG_BOOL(3);
    std::string id = new_id();
    job_words shared(words);
    new_job job{id, {}, GetOuterUserId(), 0};
    job.kind = job_kind::undrop;
    BackgroundWorker description = describe_job(job);
    shared.hand_to(description);
    dynamic_worker worker(description);
    wait_for_start(worker, id, job_kind::undrop);
    shared.close();
    if (wait) {
        wait_for_end(worker, id, words.front());
    }
    worker.release();
    return id;
}

}  // namespace

}  // namespace chronos::scheduler

CHRONOS_SQL_FUNCTION(chronos_run_undrop)
{
    const std::string id = chronos::scheduler::undrop(fcinfo);
    const char* const result = id.c_str();
    return chronos::backend::call([result] { return CStringGetTextDatum(result); });
}

// The row of chronos.undrops as it is committed, whatever this transaction's snapshot sees.
CHRONOS_SQL_FUNCTION(chronos_undrop_result)
{
    using namespace chronos;
    const char* const id = backend::call(
        [fcinfo] { return static_cast<const char*>(TextDatumGetCString(PG_GETARG_DATUM(0))); });
    const std::string found =
        scheduler::query_latest(
            "SELECT to_jsonb(u)::text FROM chronos.undrops AS u WHERE u.id = $1",
            {backend::argument::text(id)})
            .at(0)
            .at(0)
            .value_or("{}");
    const char* const result = found.c_str();
    return backend::call([result] { return CStringGetTextDatum(result); });
}

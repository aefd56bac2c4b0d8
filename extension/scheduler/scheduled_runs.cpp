#include "scheduler/scheduled_runs.hpp"

#include "backend/door.hpp"
#include "scheduler/new_job.hpp"
#include "scheduler/own_function.hpp"
#include "scheduler/run_lock.hpp"
#include "scheduler/schedule_hook.hpp"
#include "scheduler/settings.hpp"
#include "scheduler/work_transaction.hpp"

extern "C" {
#include <mb/pg_wchar.h>
}

namespace chronos::scheduler {

namespace {

using backend::argument;

struct claimed_run {
    new_job job;
    std::optional<std::string> label;  // in the encoding of the database
};

std::string to_utf8(const std::string& text) {
    const char* const raw = text.c_str();
    const int length = static_cast<int>(text.size());
    return backend::call([=]() -> const char* { return pg_server_to_any(raw, length, PG_UTF8); });
}

claimed_run claimed(const backend::row& row) {
    claimed_run run{{}, row.at(2)};
    run.job.id = row.at(0).value();
    run.job.label = to_utf8(row.at(2).value_or(""));
    run.job.role = static_cast<Oid>(std::stoul(row.at(3).value()));
    run.job.timeout_s = row.at(4) ? std::stoi(*row.at(4)) : settings::snapshot_timeout();
    run.job.timeout_of_schedule = row.at(4).has_value();
    return run;
}

std::vector<claimed_run> claim() {
    std::vector<claimed_run> runs;
    work_transaction work;
    if (is_own_function(work.sql(), "chronos.claim_schedules()")) {
        for (const backend::row& row : work.sql().query(
                 "SELECT id, lock_key, label, owner, timeout FROM chronos.claim_schedules()")) {
            take_run_lock(run_lock::starting, std::stoll(row.at(1).value()));
            runs.push_back(claimed(row));
        }
    }
    work.commit();
    return runs;
}

void launch(const new_job& job) {
    work_transaction work;
    check_repositories();
    dynamic_worker worker(describe_job(job));
    wait_for_start(worker, job.id);
    worker.release();
    work.commit();
}

void record_refusal(const claimed_run& run, const std::string& error, const std::string& detail,
                    const std::string& hint) {
    work_transaction work;
    work.sql().query(
        "SELECT chronos.run_refused($1, $2, $3, 'refused', $4, $5, $6)",
        {argument::text(run.job.id), argument::text_or_null(run.label), argument::oid(run.job.role),
         argument::text(error), argument::text(detail), argument::text(hint)});
    work.commit();
}

void start(const claimed_run& run) {
    try {
        launch(run.job);
    } catch (const backend::sql_error& error) {
        record_refusal(run, error.what(), error.detail(), error.hint());
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
            throw;
        }
        record_refusal(run, error.what(), error.detail(), error.hint());
    }
}

// Rows of one command after the other: its arguments, then its environment.
std::vector<schedule_hook> collect(const std::vector<backend::row>& rows) {
    std::vector<schedule_hook> hooks;
    for (const backend::row& row : rows) {
        const std::string schedule = row.at(0).value();
        if (hooks.empty() || hooks.back().schedule != schedule) {
            hooks.push_back({schedule, {}, {}});
        }
        auto& parts = row.at(1) == "argument" ? hooks.back().command : hooks.back().environment;
        parts.push_back(row.at(2).value());
    }
    return hooks;
}

std::vector<schedule_hook> settle() {
    work_transaction work;
    std::vector<schedule_hook> hooks;
    if (is_own_function(work.sql(), "chronos.settle_schedules()")) {
        hooks = collect(
            work.sql().query("SELECT schedule, part, value FROM chronos.settle_schedules()"));
    }
    work.commit();
    return hooks;
}

}  // namespace

void settle_schedules() {
    for (const schedule_hook& hook : settle()) {
        run_hook(hook);
    }
}

void keep_schedules() {
    settle_schedules();
    for (const claimed_run& run : claim()) {
        start(run);
    }
    settle_schedules();
}

}  // namespace chronos::scheduler

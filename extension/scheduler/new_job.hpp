// What every job begins with, whoever asks for it: a session by chronos.snapshot() or
// chronos.undrop(), or a schedule.
#pragma once

#include <string>

#include "backend/spi.hpp"
#include "scheduler/dynamic_worker.hpp"
#include "scheduler/job_request.hpp"

namespace chronos::scheduler {

struct new_job {
    std::string id;
    std::string label;  // UTF-8, at most kLongestLabel bytes; empty: none
    Oid role;
    int timeout_s;  // 0: none
    bool timeout_of_schedule = false;
    job_kind kind = job_kind::snapshot;
};

// Raises an error unless this database has repositories, all committed and fit to be written to.
void check_repositories();

// The job worker that takes it.
BackgroundWorker describe_job(const new_job& request);

// The run's row as its worker has committed it: state, code, error, detail, hint.
std::optional<backend::row> find_run(const std::string& id, job_kind kind = job_kind::snapshot);

// Raises CH002 (a snapshot), CH007 (undrop) or CH004: why it failed, or that it ended without a
// word.
[[noreturn]] void raise_failure(const std::string& id, const std::optional<backend::row>& run,
                                job_kind kind = job_kind::snapshot);

// Until the run can be seen in chronos.snapshots or chronos.undrops.
void wait_for_start(dynamic_worker& worker, const std::string& id,
                    job_kind kind = job_kind::snapshot);

}  // namespace chronos::scheduler

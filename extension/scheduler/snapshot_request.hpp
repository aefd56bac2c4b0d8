// What every snapshot begins with, whoever asks for it: a session by chronos.snapshot(), or a
// schedule.
#pragma once

#include <string>

#include "backend/spi.hpp"
#include "scheduler/dynamic_worker.hpp"

namespace chronos::scheduler {

struct snapshot_request {
    std::string id;
    std::string label;  // UTF-8, at most kLongestLabel bytes; empty: none
    Oid role;
    int timeout_s;  // 0: none
    bool timeout_of_schedule = false;
};

// Raises an error unless this database has repositories, all committed and fit to be written to.
void check_repositories();

// The job worker that takes it.
BackgroundWorker describe_job(const snapshot_request& request);

// The run's row as its worker has committed it: state, code, error, detail, hint.
std::optional<backend::row> find_run(const std::string& id);

// Raises CH002 or CH004: why it failed, or that it ended without a word.
[[noreturn]] void raise_failure(const std::string& id, const std::optional<backend::row>& run);

// Until the run can be seen in chronos.snapshots.
void wait_for_start(dynamic_worker& worker, const std::string& id);

}  // namespace chronos::scheduler

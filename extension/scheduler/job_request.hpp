// What a job worker is told when it is started: small enough for bgw_extra, plain data.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <datatype/timestamp.h>
#include <postmaster/bgworker.h>
}

namespace chronos::scheduler {

constexpr std::size_t kLongestLabel = 63;

enum class job_kind : std::uint8_t { snapshot, undrop };

// Where its runs are recorded, and by which functions: chronos.run_started() and so on.
constexpr const char* table_of(job_kind kind) {
    return kind == job_kind::undrop ? "chronos.undrop_run" : "chronos.snapshot_run";
}
constexpr const char* functions_of(job_kind kind) {
    return kind == job_kind::undrop ? "chronos.undrop" : "chronos.run";
}
// For messages.
constexpr const char* name_of(job_kind kind) {
    return kind == job_kind::undrop ? "undrop" : "snapshot";
}

struct job_request {
    TimestampTz requested_at;
    Oid database;
    Oid role;
    int requester_pid;
    int timeout_s;  // 0: none
    int jobs;
    char id[32];
    char label[kLongestLabel + 1];  // UTF-8; empty: none
    bool timeout_of_schedule;       // else chronos.snapshot_timeout
    job_kind kind;
};
static_assert(sizeof(job_request) <= BGW_EXTRALEN);
static_assert(std::is_trivially_copyable_v<job_request>);

}  // namespace chronos::scheduler

// What a job worker is told when it is started: small enough for bgw_extra, plain data.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <datatype/timestamp.h>
#include <postmaster/bgworker.h>
}

namespace chronos::scheduler {

constexpr std::size_t kLongestLabel = 63;

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
};
static_assert(sizeof(job_request) <= BGW_EXTRALEN);
static_assert(std::is_trivially_copyable_v<job_request>);

}  // namespace chronos::scheduler

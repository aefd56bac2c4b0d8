// What a job worker is told that bgw_extra has no room for: a few texts in shared memory, in the
// encoding of the database.
#pragma once

#include <string>
#include <vector>

#include "scheduler/dynamic_worker.hpp"

extern "C" {
#include <storage/dsm.h>
}

namespace chronos::scheduler {

// Of the session that asks. It has to live until the worker has read them; when an error is on its
// way, the abort releases them.
class job_words {
  public:
    explicit job_words(const std::vector<std::string>& words);
    job_words(const job_words&) = delete;
    job_words& operator=(const job_words&) = delete;

    void hand_to(BackgroundWorker& worker) const;
    void close();

  private:
    dsm_segment* segment_;
};

// Of the worker: those that it was given, or none. Raises an error if the session that asked has
// gone.
[[nodiscard]] std::vector<std::string> read_words();

}  // namespace chronos::scheduler

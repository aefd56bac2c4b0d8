// The row of one run in chronos.snapshot_run. Each call is one committed transaction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheduler/engine_program.hpp"
#include "scheduler/job_request.hpp"

namespace chronos::scheduler {

// Why a run ended badly. Without a message the engine's own report stands.
struct run_failure {
    std::string code;
    std::string message;
    std::string detail;
    std::string hint;
};

class run_record {
  public:
    // What a batch of the engine's lines amounted to.
    enum class report { kProgress, kComplete, kError };

    // Takes the run's advisory lock for the life of this process and records the run as running.
    explicit run_record(const job_request& request);

    [[nodiscard]] engine_task task() const;
    [[nodiscard]] static engine_target target();

    void engine_started(int pid);
    // Raises an error of class 08 or 22 if the lines are none that an engine writes.
    report reported(const std::vector<std::string>& lines);
    void completed();
    // The reason as it is recorded: the failure's message, or the engine's.
    std::string failed(const run_failure& failure);

  private:
    std::string id_;
    std::string label_;
    int jobs_;
};

}  // namespace chronos::scheduler

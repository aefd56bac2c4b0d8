// The row of one run in chronos.snapshot_run or chronos.undrop_run. Each call is one committed
// transaction.
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
    // `words` are what the request had no room for (see job_words.hpp).
    run_record(const job_request& request, std::vector<std::string> words);

    // What its engine is to do. Raises CH004 if there is none.
    [[nodiscard]] engine_program program() const;
    void engine_started(int pid);
    // Raises an error of class 08 or 22 if the lines are none that an engine writes.
    report reported(const std::vector<std::string>& lines);
    void completed();
    // The reason as it is recorded: the failure's message, or the engine's.
    std::string failed(const run_failure& failure);

  private:
    void record_start(const job_request& request);
    void survey();
    [[nodiscard]] engine_task snapshot_task() const;
    [[nodiscard]] undrop_task table_task() const;
    // A query on one of the functions of this kind of run: name and arguments.
    [[nodiscard]] std::string calling(const char* function) const;

    job_kind kind_;
    std::string id_;
    std::string label_;
    int jobs_;
    std::vector<std::string> words_;  // relation, "run" or "refuse", snapshots, repositories: of
                                      // undrop, as the server writes them
};

}  // namespace chronos::scheduler

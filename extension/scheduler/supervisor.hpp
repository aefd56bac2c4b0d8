// Watches one engine until it has ended: relays what it reports, keeps the time limit, passes a
// cancel on.
#pragma once

#include <chrono>
#include <optional>

#include "scheduler/engine_process.hpp"
#include "scheduler/run_record.hpp"

namespace chronos::scheduler {

struct time_limit {
    std::chrono::seconds duration;  // 0: none
    bool of_schedule = false;       // else of chronos.snapshot_timeout
};

class supervisor {
  public:
    supervisor(run_record& run, time_limit limit) : run_(run), limit_(limit) {}

    // Runs the program to its end. Nothing if the snapshot is complete, else why it is not. An
    // error of the server, such as a cancel, passes through after the engine has been stopped.
    std::optional<run_failure> run(const engine_program& program);

  private:
    using clock = std::chrono::steady_clock;

    void watch(engine_process& engine);
    void stop(engine_process& engine);
    void sleep(const engine_process& engine) const;
    void relay(engine_process& engine, bool last);
    [[nodiscard]] std::optional<run_failure> outcome() const;

    run_record& run_;
    time_limit limit_;
    clock::time_point started_;
    clock::time_point relayed_;
    std::vector<std::string> pending_;
    std::optional<engine_exit> exit_;
    bool complete_ = false;
    bool error_ = false;
    bool timed_out_ = false;
};

}  // namespace chronos::scheduler

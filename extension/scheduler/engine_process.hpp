// The engine as a child process of the job worker; also the command of a schedule.
//
// It leads a process group of its own, dies with its parent (SIGKILL), starts with default signal
// handlers, no signal blocked and no descriptor but 0, 1 and 2. Its output is read without
// blocking.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "scheduler/engine_program.hpp"
#include "scheduler/line_buffer.hpp"

namespace chronos::scheduler {

struct engine_exit {
    bool by_signal;
    int number;  // of the signal, or the exit status
};

class engine_process {
  public:
    // Raises CH004 if the program cannot be executed.
    explicit engine_process(const engine_program& program);
    // Kills what still runs.
    ~engine_process();
    engine_process(const engine_process&) = delete;
    engine_process& operator=(const engine_process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    // -1 once the engine has closed its output.
    [[nodiscard]] int output() const { return output_; }
    [[nodiscard]] line_buffer& lines() { return lines_; }

    // Takes what the engine has written so far.
    void read_available();

    // If the engine has ended: ends the rest of its group, reads what is left, reaps it.
    std::optional<engine_exit> poll_exit();

    // SIGTERM, then after `grace` SIGKILL for the whole group; returns when it is reaped.
    engine_exit stop(std::chrono::milliseconds grace);

    // For the exit of the worker by FATAL, which runs no destructors.
    static void kill_at_exit(int code, unsigned long argument);

  private:
    [[nodiscard]] bool has_ended() const;
    engine_exit reap();
    void close_output();

    pid_t pid_ = -1;
    int output_ = -1;
    line_buffer lines_;
};

}  // namespace chronos::scheduler

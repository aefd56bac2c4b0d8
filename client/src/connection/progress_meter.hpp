// Counts what several threads have done and reports it a few times a second.
#pragma once

#include <chrono>
#include <mutex>

#include "chronos/progress.hpp"

namespace chronos::internal {

// Safe to use from several threads at once.
class progress_meter {
  public:
    explicit progress_meter(progress_callback report) : report_(std::move(report)) {}

    void begin(progress_phase phase);
    void begin_data(std::uint64_t tables, std::uint64_t bytes);
    void add_rows(std::uint64_t rows, std::uint64_t bytes);
    void add_tables(std::uint64_t tables);
    [[nodiscard]] progress now() const;

  private:
    void report(bool always);

    progress_callback report_;
    mutable std::mutex mutex_;
    progress state_;
    std::chrono::steady_clock::time_point reported_;
};

}  // namespace chronos::internal

#include "connection/progress_meter.hpp"

namespace chronos {

std::string_view to_string(progress_phase phase) noexcept {
    switch (phase) {
        case progress_phase::schema:
            return "schema";
        case progress_phase::data:
            return "data";
        case progress_phase::indexes:
            return "indexes";
        case progress_phase::manifest:
            return "manifest";
    }
    return "data";
}

}  // namespace chronos

namespace chronos::internal {
namespace {

constexpr std::chrono::milliseconds kInterval{250};

}  // namespace

void progress_meter::begin(progress_phase phase) {
    const std::lock_guard guard(mutex_);
    state_.phase = phase;
    report(true);
}

void progress_meter::begin_data(std::uint64_t tables, std::uint64_t bytes) {
    const std::lock_guard guard(mutex_);
    state_.phase = progress_phase::data;
    state_.tables_total = tables;
    state_.bytes_total = bytes;
    report(true);
}

void progress_meter::add_rows(std::uint64_t rows, std::uint64_t bytes) {
    const std::lock_guard guard(mutex_);
    state_.rows += rows;
    state_.bytes_done += bytes;
    report(false);
}

void progress_meter::add_tables(std::uint64_t tables) {
    const std::lock_guard guard(mutex_);
    state_.tables_done += tables;
    report(false);
}

progress progress_meter::now() const {
    const std::lock_guard guard(mutex_);
    return state_;
}

void progress_meter::report(bool always) {
    if (!report_) return;
    const auto now = std::chrono::steady_clock::now();
    if (!always && now - reported_ < kInterval) return;
    reported_ = now;
    report_(state_);
}

}  // namespace chronos::internal

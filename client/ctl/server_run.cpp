#include "ctl/server_run.hpp"

#include <fmt/format.h>

#include <chrono>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "ctl/interruption.hpp"
#include "ctl/output.hpp"
#include "ctl/progress_bar.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 200ms;
constexpr auto kPatience = 30s;  // for the worker to record that it has begun

void show(progress_bar& bar, const snapshot_run& run) {
    const double total = static_cast<double>(run.bytes_total);
    const double part = total > 0 ? static_cast<double>(run.bytes_done) / total : -1;
    std::string text;
    if (run.tables > 0) {
        text = fmt::format("{} of {} tables", grouped(run.tables_done), grouped(run.tables));
    }
    if (total > 0) {
        text +=
            fmt::format(", {} of {}", human_bytes(run.bytes_done), human_bytes(run.bytes_total));
    }
    bar.show(run.phase.empty() ? "starting" : run.phase, part, text);
}

[[noreturn]] void throw_failure(const snapshot_run& run, bool cancelled) {
    auto code = error_code::database;
    for (int i = 0; i <= static_cast<int>(error_code::internal); ++i) {
        if (to_string(static_cast<error_code>(i)) == run.code) code = static_cast<error_code>(i);
    }
    if (run.code == "engine_not_found") code = error_code::wrong_component;
    if (cancelled) code = error_code::cancelled;
    throw error(code, fmt::format("snapshot {} failed: {}", run.id, run.message), run.detail,
                run.hint);
}

}  // namespace

snapshot_run run_on_server(connection& database, const std::string& label, output& out) {
    using clock = std::chrono::steady_clock;
    interruption interrupted;
    const std::string id = request_snapshot(database, label);
    progress_bar bar(out);
    const auto begun = clock::now();
    bool asked_to_end = false;
    for (;;) {
        const auto run = find_snapshot_run(database, id);
        if (run && run->state == run_state::complete) return *run;
        if (run && run->state == run_state::failed) {
            bar.clear();
            throw_failure(*run, asked_to_end);
        }
        if (run) show(bar, *run);
        if (!run && clock::now() - begun > kPatience) {
            throw error(error_code::database, fmt::format("snapshot {} did not begin", id), {},
                        "The server's log says why its background worker did not start.");
        }
        if (interrupted.requested() && !asked_to_end) {
            asked_to_end = cancel_snapshot(database, id);
        }
        if (asked_to_end) {
            std::this_thread::sleep_for(kPause);
        } else {
            (void)interrupted.sleep(kPause);
        }
    }
}

}  // namespace chronos::ctl

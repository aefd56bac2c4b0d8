#include "scheduler/supervisor.hpp"

#include <algorithm>

#include "backend/door.hpp"
#include "scheduler/work_transaction.hpp"

extern "C" {
#include <postmaster/interrupt.h>
#include <storage/latch.h>
#include <utils/guc.h>
#include <utils/wait_event.h>
}

namespace chronos::scheduler {

namespace {

using namespace std::chrono_literals;

constexpr auto kRelayEvery = 1000ms;
constexpr auto kGrace = 5000ms;  // well within the ten seconds a container has to stop
constexpr std::size_t kLongestBacklog = 1000;

void handle_interrupts() {
    backend::call([] {
        CHECK_FOR_INTERRUPTS();
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
        }
    });
}

bool is_protocol_error(int sqlstate) {
    const int category = ERRCODE_TO_CATEGORY(sqlstate);
    return category == ERRCODE_TO_CATEGORY(ERRCODE_PROTOCOL_VIOLATION) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION);
}

run_failure protocol_failure(std::string message, std::string detail) {
    return {"protocol", std::move(message), std::move(detail),
            "chronos.engine_path must name the chronosctl that belongs to this extension "
            "(version " CHRONOS_VERSION ")."};
}

run_failure exit_failure(const engine_exit& ended) {
    if (ended.by_signal) {
        return {"internal",
                "the engine was killed by signal " + std::to_string(ended.number) + ": " +
                    strsignal(ended.number),
                {},
                ended.number == SIGKILL ? "The kernel log says if memory ran out."
                                        : "The server log holds what the engine wrote."};
    }
    return {"internal",
            "the engine ended with exit status " + std::to_string(ended.number) +
                " and no report of success",
            {},
            "The server log holds what the engine wrote."};
}

run_failure timeout_failure(const time_limit& limit) {
    const std::string seconds = " (" + std::to_string(limit.duration.count()) + " s)";
    if (limit.of_schedule) {
        return {"timeout",
                "it took longer than the timeout of its schedule" + seconds,
                {},
                "Call chronos.schedule() with its name again and a longer timeout."};
    }
    return {"timeout",
            "it took longer than chronos.snapshot_timeout" + seconds,
            {},
            "Raise chronos.snapshot_timeout, or set it to 0 for no limit."};
}

}  // namespace

std::optional<run_failure> supervisor::run(const engine_program& program) {
    started_ = clock::now();
    engine_process engine(program);
    try {
        patiently([&] { run_.engine_started(engine.pid()); });
        watch(engine);
    } catch (const backend::backend_error& error) {
        if (!is_protocol_error(error.sqlstate())) {
            stop(engine);
            if (complete_ && !error_) {
                return std::nullopt;  // the cancel came when everything was done
            }
            throw;
        }
        run_failure failure = protocol_failure(error.what(), error.detail());
        if (!exit_) {
            (void)engine.stop(kGrace);
        }
        return failure;
    }
    if (engine.lines().overflowed()) {
        return protocol_failure(
            "engine wrote a line that is too long",
            "The limit is " + std::to_string(line_buffer::kLongestLine) + " bytes.");
    }
    return outcome();
}

void supervisor::watch(engine_process& engine) {
    while (!exit_) {
        sleep(engine);
        handle_interrupts();
        engine.read_available();
        timed_out_ = limit_.duration > 0s && clock::now() - started_ >= limit_.duration;
        if (timed_out_ || engine.lines().overflowed()) {
            exit_ = engine.stop(kGrace);
        } else {
            exit_ = engine.poll_exit();
        }
        relay(engine, exit_.has_value());
    }
}

// After an error: what the engine still says is worth keeping, but must not hide that error.
void supervisor::stop(engine_process& engine) {
    if (!exit_) {
        exit_ = engine.stop(kGrace);
    }
    try {
        relay(engine, true);
    } catch (const std::exception& error) {
        const char* const reason = error.what();
        ereport(LOG, (errmsg("could not record the last report of an engine: %s", reason)));
    }
}

void supervisor::sleep(const engine_process& engine) const {
    auto until = clock::now() + kRelayEvery;
    if (limit_.duration > 0s) {
        until = std::min(until, started_ + limit_.duration);
    }
    const long milliseconds = std::max<long>(
        1, std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count() + 1);
    const int output = engine.output();
    backend::call([milliseconds, output] {
        const int events = WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH;
        (void)WaitLatchOrSocket(MyLatch, output >= 0 ? events | WL_SOCKET_READABLE : events,
                                output >= 0 ? output : PGINVALID_SOCKET, milliseconds,
                                PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
    });
}

// Progress that cannot be recorded now is kept for later; the end of the engine's report has to be.
void supervisor::relay(engine_process& engine, bool last) {
    for (std::string& line : engine.lines().take()) {
        pending_.push_back(std::move(line));
    }
    const bool due = clock::now() - relayed_ >= kRelayEvery || pending_.size() > kLongestBacklog;
    if (pending_.empty() || !(last || due)) {
        return;
    }
    run_record::report report = run_record::report::kProgress;
    try {
        const auto record = [&] { return run_.reported(pending_); };
        report = last ? patiently(record) : record();
    } catch (const backend::backend_error& error) {
        if (last || !is_lock_conflict(error.sqlstate())) {
            throw;
        }
        relayed_ = clock::now();
        return;
    }
    relayed_ = clock::now();
    pending_.clear();
    complete_ = complete_ || report == run_record::report::kComplete;
    error_ = error_ || report == run_record::report::kError;
}

std::optional<run_failure> supervisor::outcome() const {
    const bool good_exit = exit_ && !exit_->by_signal && exit_->number == 0;
    if (complete_ && !error_ && (good_exit || timed_out_)) {
        return std::nullopt;
    }
    if (timed_out_) {
        return timeout_failure(limit_);
    }
    if (error_) {
        return run_failure{};
    }
    return exit_failure(*exit_);
}

}  // namespace chronos::scheduler

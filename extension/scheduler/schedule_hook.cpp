#include "scheduler/schedule_hook.hpp"

#include <chrono>
#include <cstdlib>

#include "backend/door.hpp"
#include "scheduler/engine_process.hpp"
#include "scheduler/settings.hpp"

extern "C" {
#include <storage/latch.h>
#include <utils/wait_event.h>
}

namespace chronos::scheduler {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto kGrace = 2000ms;
constexpr long kPollMs = 1000;

engine_program program_of(const schedule_hook& hook) {
    engine_program program;
    program.what = "command";
    program.path = hook.command.at(0);
    program.arguments = hook.command;
    program.environment = hook.environment;
    // What the server itself was started with, but for what would lead to another database.
    for (const char* name : {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH"}) {
        if (const char* const value = std::getenv(name)) {
            program.environment.push_back(std::string(name) + "=" + value);
        }
    }
    return program;
}

void sleep(int output) {
    backend::call([output] {
        const int events = WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH;
        (void)WaitLatchOrSocket(MyLatch, output >= 0 ? events | WL_SOCKET_READABLE : events,
                                output >= 0 ? output : PGINVALID_SOCKET,
                                output >= 0 ? kPollMs : kPollMs / 20, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
    });
}

void log(const schedule_hook& hook, const std::string& what, const std::string& said) {
    const char* const schedule = hook.schedule.c_str();
    const char* const reason = what.c_str();
    const char* const last = said.c_str();
    backend::call([=] {
        ereport(WARNING, (errmsg("command of schedule \"%s\" failed: %s", schedule, reason),
                          *last == '\0' ? 0 : errdetail_internal("It said: %s", last)));
    });
}

// What it printed last, for the log.
std::string last_words(engine_process& process) {
    const std::vector<std::string> lines = process.lines().take();
    return lines.empty() ? "" : lines.back().substr(0, 500);
}

void watch(engine_process& process, const schedule_hook& hook) {
    const clock::time_point deadline =
        clock::now() + std::chrono::seconds(settings::hook_timeout());
    std::string said;
    std::optional<engine_exit> ended;
    while (!ended && clock::now() < deadline) {
        sleep(process.output());
        process.read_available();
        ended = process.poll_exit();
        if (process.lines().size() > 0) {
            said = last_words(process);
        }
    }
    if (!ended) {
        (void)process.stop(kGrace);
        log(hook, "it took longer than chronos.hook_timeout", said);
    } else if (ended->by_signal) {
        log(hook, "it was killed by signal " + std::to_string(ended->number), said);
    } else if (ended->number != 0) {
        log(hook, "it ended with exit status " + std::to_string(ended->number), said);
    }
}

}  // namespace

void run_hook(const schedule_hook& hook) {
    try {
        engine_process process(program_of(hook));
        watch(process, hook);
    } catch (const backend::sql_error& error) {
        log(hook, error.what(), {});
    }
}

}  // namespace chronos::scheduler

#include "ctl/interruption.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>

namespace chronos::ctl {

namespace {

// A signal handler may do little more than write to a pipe.
int signal_pipe[2] = {-1, -1};

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

extern "C" void chronosctl_note_signal(int) {
    const int kept = errno;
    const char stop = 's';
    (void)!write(signal_pipe[1], &stop, 1);
    errno = kept;
}

void set_handlers(bool ours) {
    for (const int number : kSignals) {
        struct sigaction action {};
        action.sa_handler = ours ? chronosctl_note_signal : SIG_DFL;
        action.sa_flags = ours ? static_cast<int>(SA_RESTART | SA_RESETHAND) : 0;
        sigaction(number, &action, nullptr);
    }
}

}  // namespace

interruption::interruption() {
    if (pipe2(signal_pipe, O_CLOEXEC) != 0) return;
    set_handlers(true);
    watcher_ = std::jthread([this] {
        char what = 0;
        while (read(signal_pipe[0], &what, 1) < 0 && errno == EINTR) continue;
        if (what == 's') source_.request_stop();
    });
}

interruption::~interruption() {
    set_handlers(false);
    if (!watcher_.joinable()) return;
    const char end = 'e';
    (void)!write(signal_pipe[1], &end, 1);
    watcher_.join();
    close(signal_pipe[0]);
    close(signal_pipe[1]);
}

bool interruption::sleep(std::chrono::milliseconds duration) const {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, source_.get_token(), duration, [] { return false; });
    return !source_.stop_requested();
}

}  // namespace chronos::ctl

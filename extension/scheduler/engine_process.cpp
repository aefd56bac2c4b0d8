#include "scheduler/engine_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "backend/error.hpp"
#include "scheduler/failure_codes.hpp"

namespace chronos::scheduler {

namespace {

using clock = std::chrono::steady_clock;

pid_t running_engine = -1;

struct pipe_ends {
    int read = -1;
    int write = -1;
};

pipe_ends open_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw backend::sql_error(ERRCODE_SYSTEM_ERROR,
                                 std::string("could not create a pipe: ") + std::strerror(errno));
    }
    return {ends[0], ends[1]};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (const std::string& text : texts) {
        result.push_back(const_cast<char*>(text.c_str()));
    }
    result.push_back(nullptr);
    return result;
}

// Everything the child needs, made before fork(): after it only async-signal-safe calls are
// allowed.
struct child_plan {
    const char* path;
    char* const* arguments;
    char* const* environment;
    int output;
    int status;  // takes errno if exec fails
    pid_t parent;
};

void default_signals() {
    for (int number = 1; number < NSIG; ++number) {
        (void)std::signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_from(int first) {
    if (syscall(SYS_close_range, first, ~0U, 0) != 0) {
        const long limit = sysconf(_SC_OPEN_MAX);
        for (int descriptor = first; descriptor < limit; ++descriptor) {
            close(descriptor);
        }
    }
}

[[noreturn]] void give_up(int status) {
    const int error = errno;
    (void)!write(status, &error, sizeof(error));
    _exit(127);
}

[[noreturn]] void become_engine(const child_plan& plan) {
    default_signals();
    setpgid(0, 0);
    const int null = open("/dev/null", O_RDONLY);
    // The two pipes may have any numbers; above 9 they are out of the way.
    const int output = fcntl(plan.output, F_DUPFD, 10);
    const int status = fcntl(plan.status, F_DUPFD, 10);
    if (null < 0 || output < 0 || status < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
        dup2(status, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC) != 0 || chdir("/") != 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        give_up(plan.status);
    }
    close_from(4);
    if (getppid() != plan.parent) {  // it died before prctl()
        _exit(127);
    }
    execve(plan.path, plan.arguments, plan.environment);
    give_up(3);
}

// Handlers of the worker must never run in the child, so no signal arrives between fork and reset.
pid_t fork_blocked(const child_plan& plan) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    const pid_t child = fork();
    if (child == 0) {
        become_engine(plan);
    }
    const int error = errno;
    if (child > 0) {
        setpgid(child, child);
        running_engine = child;
    }
    sigprocmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return child;
}

// 0 if exec succeeded, else its errno.
int exec_error(int status) {
    int error = 0;
    ssize_t got = -1;
    do {
        got = read(status, &error, sizeof(error));
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(sizeof(error)) ? error : 0;
}

[[noreturn]] void refuse(const engine_program& program, int error) {
    throw backend::sql_error(
        kEngineNotFound,
        "could not execute " + program.what + " \"" + program.path + "\": " + std::strerror(error),
        program.detail, program.hint);
}

}  // namespace

engine_process::engine_process(const engine_program& program) {
    const std::vector<char*> arguments = pointers(program.arguments);
    const std::vector<char*> environment = pointers(program.environment);
    const pipe_ends output = open_pipe();
    const pipe_ends status = open_pipe();
    pid_ = fork_blocked({program.path.c_str(), arguments.data(), environment.data(), output.write,
                         status.write, getpid()});
    const int fork_error = errno;
    close(output.write);
    close(status.write);
    const int error = pid_ < 0 ? fork_error : exec_error(status.read);
    close(status.read);
    output_ = output.read;
    fcntl(output_, F_SETFL, O_NONBLOCK);
    if (pid_ < 0) {
        close_output();
        throw backend::sql_error(ERRCODE_SYSTEM_ERROR, "could not fork the " + program.what + ": " +
                                                           std::strerror(error));
    }
    if (error != 0) {
        close_output();
        (void)reap();
        refuse(program, error);
    }
}

engine_process::~engine_process() {
    if (pid_ > 0) {
        (void)reap();
    }
    close_output();
}

void engine_process::close_output() {
    if (output_ >= 0) {
        close(output_);
        output_ = -1;
    }
}

void engine_process::read_available() {
    std::array<char, 16384> chunk;
    while (output_ >= 0) {
        const ssize_t got = read(output_, chunk.data(), chunk.size());
        if (got > 0) {
            lines_.append({chunk.data(), static_cast<std::size_t>(got)});
            continue;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got == 0 || errno != EAGAIN) {
            close_output();
            lines_.finish();
        }
        return;
    }
}

// Without reaping: the process number, and so the group's, stays ours.
bool engine_process::has_ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_;
}

engine_exit engine_process::reap() {
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    running_engine = -1;
    pid_ = -1;
    return WIFSIGNALED(status) ? engine_exit{true, WTERMSIG(status)}
                               : engine_exit{false, WEXITSTATUS(status)};
}

std::optional<engine_exit> engine_process::poll_exit() {
    if (!has_ended()) {
        return std::nullopt;
    }
    read_available();
    const engine_exit result = reap();
    lines_.finish();
    return result;
}

engine_exit engine_process::stop(std::chrono::milliseconds grace) {
    kill(pid_, SIGTERM);
    const clock::time_point deadline = clock::now() + grace;
    while (!has_ended() && clock::now() < deadline) {
        pollfd wait{output_, POLLIN, 0};  // a descriptor of -1 is only a sleep
        (void)poll(&wait, 1, 20);
        read_available();
    }
    read_available();
    const engine_exit result = reap();
    lines_.finish();
    return result;
}

void engine_process::kill_at_exit(int /*code*/, unsigned long /*argument*/) {
    if (running_engine > 0) {
        kill(-running_engine, SIGKILL);
        kill(running_engine, SIGKILL);
        (void)waitpid(running_engine, nullptr, 0);
        running_engine = -1;
    }
}

}  // namespace chronos::scheduler

#include "snapshot/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "chronos/error.hpp"

extern char** environ;

namespace chronos::internal {
namespace {

constexpr int kPollMilliseconds = 100;

class descriptor {
  public:
    explicit descriptor(int number = -1) : number_(number) {}
    ~descriptor() { reset(); }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    void reset(int number = -1) {
        if (number_ >= 0) close(number_);
        number_ = number;
    }
    [[nodiscard]] int get() const noexcept { return number_; }

  private:
    int number_;
};

struct channel {
    descriptor read;
    descriptor write;
    channel() {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw error(error_code::internal, "could not make a pipe", std::strerror(errno));
        }
        read.reset(ends[0]);
        write.reset(ends[1]);
    }
};

std::vector<std::string> merged(const std::map<std::string, std::string>& added) {
    std::vector<std::string> result;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto name = std::string(text.substr(0, text.find('=')));
        if (!name.starts_with("PG") && !added.contains(name)) result.emplace_back(text);
    }
    for (const auto& [name, value] : added) result.push_back(name + "=" + value);
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// In the child, where only what is safe in a signal handler may be called.
[[noreturn]] void become(char** arguments, char** environment, int output, int errors, int input,
                         pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(126);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    dup2(input, 0);
    dup2(output, 1);
    dup2(errors, 2);
    execve(arguments[0], arguments, environment);
    _exit(127);
}

bool read_some(descriptor& from, std::string& into) {
    std::array<char, 65536> buffer{};
    const auto size = read(from.get(), buffer.data(), buffer.size());
    if (size > 0) {
        into.append(buffer.data(), static_cast<std::size_t>(size));
        return true;
    }
    return size < 0 && (errno == EINTR || errno == EAGAIN);
}

// True when stopped.
bool relay(channel& output, channel& errors, program_result& result, const std::stop_token& stop) {
    while (output.read.get() >= 0 || errors.read.get() >= 0) {
        if (stop.stop_requested()) return true;
        std::array<pollfd, 2> waiting{
            {{output.read.get(), POLLIN, 0}, {errors.read.get(), POLLIN, 0}}};
        if (poll(waiting.data(), waiting.size(), kPollMilliseconds) <= 0) continue;
        if (waiting[0].revents != 0 && !read_some(output.read, result.output)) output.read.reset();
        if (waiting[1].revents != 0 && !read_some(errors.read, result.errors)) errors.read.reset();
    }
    return false;
}

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

program_result run_program(const std::vector<std::string>& arguments,
                           const std::map<std::string, std::string>& environment,
                           const std::stop_token& stop) {
    auto words = arguments;
    auto variables = merged(environment);
    const auto word_list = pointers(words);
    const auto variable_list = pointers(variables);
    channel output;
    channel errors;
    const descriptor input(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const auto parent = getpid();
    const auto child = fork();
    if (child < 0)
        throw error(error_code::internal, "could not start a process", std::strerror(errno));
    if (child == 0) {
        become(const_cast<char**>(word_list.data()), const_cast<char**>(variable_list.data()),
               output.write.get(), errors.write.get(), input.get(), parent);
    }
    output.write.reset();
    errors.write.reset();
    program_result result;
    const bool stopped = relay(output, errors, result, stop);
    if (stopped) kill(child, SIGKILL);
    result.status = wait_for(child);
    if (stopped) throw error(error_code::cancelled, "cancelled");
    return result;
}

}  // namespace chronos::internal

#include "process/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "chronos/error.hpp"

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
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

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

// As a hook of another repository leaves them.
bool points_git(std::string_view name) {
    constexpr std::array<std::string_view, 8> kNames{"GIT_DIR",
                                                     "GIT_WORK_TREE",
                                                     "GIT_INDEX_FILE",
                                                     "GIT_OBJECT_DIRECTORY",
                                                     "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                     "GIT_COMMON_DIR",
                                                     "GIT_NAMESPACE",
                                                     "GIT_PREFIX"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::vector<std::string> merged(const std::map<std::string, std::string>& added) {
    std::vector<std::string> result;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto name = std::string(text.substr(0, text.find('=')));
        if (!name.starts_with("PG") && !points_git(name) && !added.contains(name))
            result.emplace_back(text);
    }
    for (const auto& [name, value] : added)
        result.push_back(std::string(name).append("=").append(value));
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
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

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

struct fed_program::state {
    explicit state(std::stop_token token) : stop(std::move(token)) {}

    // Moves what can be moved now: input to the program, output from it. Returns false when nothing
    // is left open.
    bool relay(std::string_view& pending) {
        if (stop.stop_requested()) throw error(error_code::cancelled, "cancelled");
        if (input.get() < 0 && output.get() < 0 && errors.get() < 0) return false;
        std::array<pollfd, 3> waiting{{{output.get(), POLLIN, 0},
                                       {errors.get(), POLLIN, 0},
                                       {pending.empty() ? -1 : input.get(), POLLOUT, 0}}};
        if (poll(waiting.data(), waiting.size(), kPollMilliseconds) <= 0) return true;
        if (waiting[0].revents != 0 && !read_some(output, result.output)) output.reset();
        if (waiting[1].revents != 0 && !read_some(errors, result.errors)) errors.reset();
        if (waiting[2].revents != 0) send_some(pending);
        return true;
    }

    void send_some(std::string_view& pending) {
        // A socket, so that a program that went away is an error and not a signal.
        const auto sent =
            send(input.get(), pending.data(), pending.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            pending.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno != EINTR && errno != EAGAIN) {
            input.reset();
        }
    }

    std::stop_token stop;
    pid_t child = -1;
    descriptor input, output, errors;
    program_result result;
};

fed_program::fed_program(const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& environment,
                         std::stop_token stop)
    : state_(std::make_unique<state>(std::move(stop))) {
    auto words = arguments;
    auto variables = merged(environment);
    const auto word_list = pointers(words);
    const auto variable_list = pointers(variables);
    channel output;
    channel errors;
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw error(error_code::internal, "could not make a socket", std::strerror(errno));
    }
    descriptor read_end(ends[0]);
    state_->input.reset(ends[1]);
    const auto parent = getpid();
    const auto child = fork();
    if (child < 0)
        throw error(error_code::internal, "could not start a process", std::strerror(errno));
    if (child == 0) {
        become(const_cast<char**>(word_list.data()), const_cast<char**>(variable_list.data()),
               output.write.get(), errors.write.get(), read_end.get(), parent);
    }
    state_->child = child;
    state_->output.reset(output.read.release());
    state_->errors.reset(errors.read.release());
}

fed_program::~fed_program() {
    if (state_->child < 0) return;
    kill(state_->child, SIGKILL);
    (void)wait_for(state_->child);
}

bool fed_program::write(std::string_view bytes) {
    while (!bytes.empty() && state_->input.get() >= 0) (void)state_->relay(bytes);
    return state_->input.get() >= 0;
}

program_result fed_program::finish() {
    state_->input.reset();
    std::string_view nothing;
    while (state_->relay(nothing)) {
    }
    state_->result.status = wait_for(std::exchange(state_->child, -1));
    return std::move(state_->result);
}

program_result run_program(const std::vector<std::string>& arguments,
                           const std::map<std::string, std::string>& environment,
                           const std::stop_token& stop, std::string_view input) {
    fed_program program(arguments, environment, stop);
    program.write(input);
    return program.finish();
}

std::string find_program(std::string_view name) {
    const char* path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        const auto part = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        if (!part.starts_with('/')) continue;
        std::string program = std::string(part) + '/' + std::string(name);
        if (access(program.c_str(), X_OK) == 0) return program;
    }
    return {};
}

}  // namespace chronos::internal

#include "connection/waiting.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "connection/copy.hpp"

namespace chronos::internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using result_ptr = std::unique_ptr<PGresult, decltype(&PQclear)>;

row row_of(const PGresult* result, int line) {
    std::vector<value> values;
    for (int column = 0; column < PQnfields(result); ++column) {
        if (PQgetisnull(result, line, column) != 0) {
            values.emplace_back();
        } else {
            values.emplace_back(std::string(PQgetvalue(result, line, column)));
        }
    }
    return row(std::move(values));
}

void make_nonblocking(int descriptor) {
    (void)fcntl(descriptor, F_SETFL, O_NONBLOCK);
    (void)fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

std::string listening_statement(const char* verb, const std::string& channel) {
    return std::string(verb) + " \"" + channel + "\"";
}

}  // namespace

rows query_directly(PGconn* connection, const std::string& sql,
                    const std::vector<value>& parameters) {
    std::vector<const char*> list;
    list.reserve(parameters.size());
    for (const auto& item : parameters) list.push_back(item ? item->c_str() : nullptr);
    const result_ptr result(
        list.empty() ? PQexec(connection, sql.c_str())
                     : PQexecParams(connection, sql.c_str(), static_cast<int>(list.size()), nullptr,
                                    list.data(), nullptr, nullptr, 0),
        &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        throw error_of(connection, result.get());
    }
    rows found;
    for (int line = 0; line < PQntuples(result.get()); ++line) {
        found.push_back(row_of(result.get(), line));
    }
    return found;
}

waiting::~waiting() {
    is_listening_ = false;
    if (read_end_ >= 0) close(read_end_);
    if (write_end_ >= 0) close(write_end_);
}

void waiting::open_pipe() {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) {
        throw std::system_error(errno, std::generic_category(), "could not make a pipe");
    }
    read_end_ = ends[0];
    write_end_ = ends[1];
    make_nonblocking(read_end_);
    make_nonblocking(write_end_);
}

void waiting::listen(std::string_view channel) {
    if (read_end_ < 0) open_pipe();
    std::array<char, 64> old{};
    while (read(read_end_, old.data(), old.size()) > 0) {
    }
    channel_ = channel;
    (void)query_directly(connection_, listening_statement("LISTEN", channel_), {});
    is_listening_ = true;
}

void waiting::unlisten() {
    is_listening_ = false;
    (void)query_directly(connection_, listening_statement("UNLISTEN", channel_), {});
    (void)take_notifications();
}

bool waiting::take_notifications() {
    bool any = false;
    while (PGnotify* const one = PQnotifies(connection_)) {
        PQfreemem(one);
        any = true;
    }
    return any;
}

bool waiting::wait(milliseconds most) {
    const auto deadline = steady_clock::now() + most;
    for (;;) {
        if (take_notifications()) return true;
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
        std::array<pollfd, 2> ready{{{PQsocket(connection_), POLLIN, 0}, {read_end_, POLLIN, 0}}};
        const int count = poll(ready.data(), ready.size(),
                               static_cast<int>(std::max(left, milliseconds::rep(0))));
        if (count < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(),
                                    "could not wait for the server");
        }
        if (count > 0 && ready[1].revents != 0) {
            throw error(error_code::cancelled, "canceled while waiting for another schema version");
        }
        if (count > 0 && PQconsumeInput(connection_) == 0) throw error_of(connection_, nullptr);
        if (count == 0) return take_notifications();
    }
}

void waiting::interrupt() noexcept {
    if (!is_listening_) return;
    // If the pipe is full it has been interrupted already.
    (void)!write(write_end_, "x", 1);
}

}  // namespace chronos::internal

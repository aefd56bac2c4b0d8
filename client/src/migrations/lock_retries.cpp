#include "migrations/lock_retries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "migrations/statement_run.hpp"

namespace chronos::internal {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{100};
constexpr milliseconds kLongestPause{5000};

bool is_about_locks(const server_error& failure) {
    return failure.sqlstate() == "55P03" || failure.sqlstate() == "40P01";
}

// Sleeps unless a stop is requested; false: it is.
bool sleep_unless(const std::stop_token& stop, milliseconds duration) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
}

// Looks from another session who a process waits for.
class blocker_watch {
  public:
    explicit blocker_watch(session& watched)
        : session_(watched.another()),
          process_(
              std::to_string(watched.query_one("SELECT pg_catalog.pg_backend_pid()").number(0))),
          thread_([this](const std::stop_token& stop) { look(stop); }) {}

    // What was seen last.
    std::string seen() {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

  private:
    void look(const std::stop_token& stop) {
        try {
            while (sleep_unless(stop, kLook)) {
                std::string text;
                for (const row& one : session_->query(
                         "SELECT a.pid, a.usename, a.application_name, a.state,"
                         " pg_catalog.date_trunc('second', coalesce(a.xact_start, a.query_start)),"
                         " a.query FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::integer))"
                         " AS b(pid) JOIN pg_catalog.pg_stat_activity AS a USING (pid)",
                         {process_})) {
                    text += fmt::format(
                        "\nIn the way: process {} of role {}, application \"{}\", {} since {}: {}",
                        one.text(0), one.text(1), one.text(2), one.text(3), one.text(4),
                        excerpt_of(one.text(5)));
                }
                const std::lock_guard lock(mutex_);
                if (!text.empty()) seen_ = text;
            }
        } catch (const std::exception&) {
            // Then it is not known who was in the way.
            return;
        }
    }

    std::unique_ptr<session> session_;
    std::string process_;
    std::mutex mutex_;
    std::string seen_;
    std::jthread thread_;
};

milliseconds pause_after(int attempt) {
    const milliseconds growing =
        std::min(milliseconds(100) * (1 << std::min(attempt, 6)), kLongestPause);
    std::random_device source;
    std::uniform_real_distribution<double> part(0.5, 1.5);
    return std::chrono::duration_cast<milliseconds>(growing * part(source));
}

server_error given_up(const server_error& failure, int tries, const std::string& blockers) {
    return {
        failure.code(), failure.what(),
        fmt::format("{}{}It was tried {} time{}.{}", failure.detail(),
                    failure.detail().empty() ? "" : "\n", tries, tries == 1 ? "" : "s", blockers),
        failure.hint().empty()
            ? "Run it again when they have ended; --lock-timeout and --lock-tries set how long "
              "it is tried."
            : failure.hint(),
        failure.sqlstate()};
}

}  // namespace

void with_lock_retries(session& on, const lock_patience& patience,
                       const std::function<void()>& attempt) {
    std::unique_ptr<blocker_watch> watch;
    for (int made = 1;; ++made) {
        if (made > 1 || patience.tries < 2) {
            if (!watch) watch = std::make_unique<blocker_watch>(on);
        }
        try {
            attempt();
            return;
        } catch (const server_error& failure) {
            if (!is_about_locks(failure)) throw;
            if (made >= patience.tries)
                throw given_up(failure, made, watch ? watch->seen() : std::string());
            const milliseconds pause = pause_after(made);
            if (patience.retrying) patience.retrying(failure.what(), pause);
            if (!sleep_unless(patience.stop, pause))
                throw error(error_code::cancelled, "cancelled");
        }
    }
}

}  // namespace chronos::internal

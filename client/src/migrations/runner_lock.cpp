#include "migrations/runner_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace chronos::internal {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1000};

// "Chrm", "migr": an advisory lock belongs to one database by itself.
constexpr const char* kKey = "1130918509, 1835624306";

constexpr const char* kHolders =
    "pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1130918509"
    " AND l.objid = 1835624306 AND l.objsubid = 2 AND l.database ="
    " (SELECT d.oid FROM pg_catalog.pg_database AS d"
    "  WHERE d.datname = pg_catalog.current_database())";

bool try_lock(session& on) {
    return on.query_one(fmt::format("SELECT pg_catalog.pg_try_advisory_lock({})", kKey)).flag(0);
}

std::string holder_of(session& on) {
    const auto found = on.query(fmt::format(
        "SELECT pg_catalog.format('process %s of role %s, application \"%s\", from %s, since %s',"
        " a.pid, a.usename, a.application_name, coalesce(a.client_addr::text, 'this machine'),"
        " pg_catalog.date_trunc('second', a.backend_start))"
        " FROM {}",
        kHolders));
    return found.empty() ? "a session that has just ended" : found.front().text(0);
}

[[noreturn]] void give_up(const std::string& holder) {
    throw error(error_code::busy, "another runner is migrating this database",
                fmt::format("It is {}.", holder), "Wait for it, or give --wait SECONDS.");
}

}  // namespace

lock_waiting waiting_of(const migrate_options& options) {
    return {options.wait,
            [&options](const std::string& holder) {
                if (options.notice) options.notice("waiting for another runner: " + holder);
            },
            options.stop};
}

runner_lock::runner_lock(session& on, const lock_waiting& how) : session_(on) {
    refuse_transaction_pooler(on);
    const auto end = steady_clock::now() + how.patience;
    milliseconds pause = kFirstPause;
    bool told = false;
    while (!try_lock(session_)) {
        const std::string holder = holder_of(session_);
        if (how.stop.stop_requested()) throw error(error_code::cancelled, "cancelled");
        if (steady_clock::now() >= end) give_up(holder);
        if (!told && how.waiting) how.waiting(holder);
        told = true;
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, kLongestPause);
    }
}

runner_lock::~runner_lock() {
    try {
        session_.execute(fmt::format("SELECT pg_catalog.pg_advisory_unlock({})", kKey));
    } catch (const std::exception&) {
        // The connection is gone, and with it the lock.
        return;
    }
}

void runner_lock::require() {
    const bool held = session_
                          .query_one(fmt::format("SELECT EXISTS (SELECT FROM {}"
                                                 " AND l.pid = pg_catalog.pg_backend_pid())",
                                                 kHolders))
                          .flag(0);
    if (!held && !try_lock(session_)) give_up(holder_of(session_));
}

void refuse_transaction_pooler(session& on) {
    const auto process = [](session& of) {
        return of.query_one("SELECT pg_catalog.pg_backend_pid()").number(0);
    };
    const auto first = process(on);
    // A server tells its process when it is connected to; only a pooler tells another.
    if (first == on.backend_pid()) return;
    const auto other = on.another();
    other->execute("BEGIN");
    const auto second = process(*other);
    const auto again = process(on);
    other->execute("ROLLBACK");
    if (second != first && again == first) return;
    throw error(error_code::usage, "the connection goes through a pooler of transactions",
                "Its statements reach different server processes, so that a lock for the whole run "
                "cannot be held.",
                "Connect to the server itself, or to a pool of sessions.");
}

}  // namespace chronos::internal

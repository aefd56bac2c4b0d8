#include "snapshot/frozen_source.hpp"

#include <fmt/format.h>

#include <set>
#include <thread>
#include <tuple>

namespace chronos::internal {
namespace {

constexpr std::size_t kLocksAtOnce = 500;
constexpr const char* kBegin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

std::set<std::tuple<std::uint32_t, std::string, std::string>> identities(
    const std::vector<source_table>& tables) {
    std::set<std::tuple<std::uint32_t, std::string, std::string>> result;
    for (const auto& table : tables) result.emplace(table.oid, table.schema, table.name);
    return result;
}

bool gone_or_busy(const server_error& failure) {
    // undefined_table, invalid_schema_name, wrong_object_type, or somebody was in the way
    return failure.sqlstate() == "42P01" || failure.sqlstate() == "3F000" ||
           failure.sqlstate() == "42809" || failure.code() == error_code::busy;
}

}  // namespace

std::string lock_statement(const std::vector<source_table>& tables, std::size_t first,
                           std::size_t last) {
    std::string list;
    for (auto i = first; i < last; ++i) {
        if (!list.empty()) list += ", ";
        list += "ONLY " + tables[i].quoted();
    }
    return "LOCK TABLE " + list + " IN ACCESS SHARE MODE";
}

std::string describe_blockers(session& on) {
    std::string text;
    for (const auto& line : on.query(
             "SELECT DISTINCT l.pid, l.relation::regclass::text, coalesce(a.usename, ''), "
             "coalesce(a.application_name, ''), coalesce(a.state, ''), left(coalesce(a.query, ''), "
             "200) "
             "FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid "
             "JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p') "
             "WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' "
             "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
             "AND l.pid <> pg_backend_pid() ORDER BY 1, 2 LIMIT 10")) {
        text += fmt::format(
            "{}Process {} (user \"{}\", application \"{}\", {}) holds or wants an "
            "exclusive lock on {}: {}",
            text.empty() ? "" : "\n", line.text(0), line.text(2), line.text(3), line.text(4),
            line.text(1), line.text(5));
    }
    return text;
}

frozen_source::frozen_source(session& holder, std::chrono::steady_clock::time_point deadline,
                             const std::stop_token& stop)
    : holder_(holder) {
    run_workers({&holder_}, stop, [&](session&, const interruption& interrupted) {
        while (!try_once()) {
            interrupted.check();
            const auto blockers = describe_blockers(holder_);
            if (std::chrono::steady_clock::now() > deadline) {
                throw error(error_code::busy, "could not lock all tables in time", blockers,
                            "Try again when the other sessions have ended, or allow more time.");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        describe_tables(holder_, tables_);
    });
}

bool frozen_source::try_once() {
    auto listed = list_tables(holder_);
    try {
        holder_.execute(kBegin);
        lock(listed);
        snapshot_ = holder_.query_one("SELECT pg_export_snapshot()").text(0);
        tables_ = list_tables(holder_);
        if (identities(tables_) == identities(listed)) return true;
    } catch (const server_error& failure) {
        if (!gone_or_busy(failure)) throw;
    }
    holder_.execute("ROLLBACK");
    return false;
}

void frozen_source::lock(const std::vector<source_table>& tables) {
    holder_.execute("SET LOCAL lock_timeout = '2s'; SET LOCAL row_security = off");
    for (std::size_t first = 0; first < tables.size(); first += kLocksAtOnce) {
        holder_.execute(
            lock_statement(tables, first, std::min(tables.size(), first + kLocksAtOnce)));
    }
    holder_.execute("SET LOCAL lock_timeout = 0");
}

void frozen_source::enter(session& worker) const {
    worker.execute(fmt::format("{}; SET TRANSACTION SNAPSHOT {}; SET LOCAL row_security = off",
                               kBegin, session::quote_literal(snapshot_)));
}

}  // namespace chronos::internal

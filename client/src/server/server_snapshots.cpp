#include "chronos/server_snapshots.hpp"

#include <fmt/format.h>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos {

using internal::ask;
using internal::row;

namespace {

constexpr std::string_view kRuns =
    "SELECT s.id, s.label, s.state, s.requested_by,"
    " (extract(epoch FROM s.started_at) * 1000000)::bigint,"
    " (extract(epoch FROM s.finished_at) * 1000000)::bigint,"
    " s.version, s.tables, s.rows, s.plain_bytes, s.stored_bytes, s.seconds,"
    " s.repositories,"
    " s.code, s.error, s.detail, s.hint,"
    " p.phase, p.tables_done, p.tables_total, p.bytes_done, p.bytes_total, p.rows, s.reused_bytes"
    " FROM chronos.snapshots AS s LEFT JOIN chronos.snapshot_progress AS p ON p.id = s.id";

run_state state_of(std::string_view text) {
    if (text == "complete") return run_state::complete;
    if (text == "running") return run_state::running;
    return run_state::failed;
}

snapshot_run run_of(const row& from) {
    snapshot_run run;
    run.id = from.text(0);
    run.label = from.text(1);
    run.state = state_of(from.text(2));
    run.requested_by = from.text(3);
    run.started_at = internal::moment(from, 4);
    if (!from.is_null(5)) run.finished_at = internal::moment(from, 5);
    if (!from.is_null(6)) run.version = from.number(6);
    run.tables = internal::count(from, 7);
    run.rows = internal::count(from, 8);
    run.plain_bytes = internal::count(from, 9);
    run.stored_bytes = internal::count(from, 10);
    run.seconds = from.is_null(11) ? 0 : std::stod(from.text(11));
    run.repositories = internal::texts(from.text(12));
    run.code = from.text(13);
    run.message = from.text(14);
    run.detail = from.text(15);
    run.hint = from.text(16);
    run.phase = from.text(17);
    run.tables_done = internal::count(from, 18);
    run.bytes_done = internal::count(from, 20);
    run.bytes_total = internal::count(from, 21);
    run.reused_bytes = internal::count(from, 23);
    if (run.state == run_state::running) {
        run.tables = internal::count(from, 19);
        run.rows = internal::count(from, 22);
    }
    return run;
}

std::vector<snapshot_run> runs_of(const internal::rows& found) {
    std::vector<snapshot_run> result;
    result.reserve(found.size());
    for (const row& one : found) result.push_back(run_of(one));
    return result;
}

}  // namespace

std::string_view to_string(run_state state) noexcept {
    switch (state) {
        case run_state::running:
            return "running";
        case run_state::complete:
            return "complete";
        case run_state::failed:
            return "failed";
    }
    return "failed";
}

bool add_repository(connection& database, const std::string& name, const std::string& url) {
    for (const known_repository& known : known_repositories(database)) {
        if (known.name == name && known.url == url) return false;
    }
    (void)ask(database.internal_session(), "SELECT chronos.add_repository($1, $2)", {name, url});
    return true;
}

void remove_repository(connection& database, const std::string& name) {
    (void)ask(database.internal_session(), "SELECT chronos.remove_repository($1)", {name});
}

std::vector<known_repository> known_repositories(connection& database) {
    const auto found = ask(database.internal_session(),
                           "SELECT name, url, (extract(epoch FROM created_at) * 1000000)::bigint"
                           " FROM chronos.repository ORDER BY name");
    std::vector<known_repository> result;
    result.reserve(found.size());
    for (const row& one : found) {
        result.push_back({one.text(0), one.text(1), internal::moment(one, 2)});
    }
    return result;
}

std::string request_snapshot(connection& database, const std::string& label) {
    const internal::value name = label.empty() ? internal::value() : internal::value(label);
    return ask(database.internal_session(), "SELECT chronos.snapshot($1, wait => false)", {name})
        .at(0)
        .text(0);
}

std::vector<snapshot_run> snapshot_runs(connection& database, std::size_t limit) {
    std::string query(kRuns);
    query += " ORDER BY s.started_at DESC, s.id DESC";
    if (limit > 0) query += fmt::format(" LIMIT {}", limit);
    return runs_of(ask(database.internal_session(), query));
}

std::optional<snapshot_run> find_snapshot_run(connection& database, const std::string& id) {
    const auto found =
        runs_of(ask(database.internal_session(), std::string(kRuns) + " WHERE s.id = $1", {id}));
    if (found.empty()) return std::nullopt;
    return found.front();
}

bool cancel_snapshot(connection& database, const std::string& id) {
    const auto found = ask(database.internal_session(),
                           "SELECT pg_catalog.pg_cancel_backend(p.worker_pid)"
                           " FROM chronos.snapshot_progress AS p WHERE p.id = $1",
                           {id});
    return !found.empty() && found.front().flag(0);
}

}  // namespace chronos

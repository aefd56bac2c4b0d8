// Snapshots that the server takes by itself, and the repositories it writes them to.
#pragma once

#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chronos {

class connection;

// A repository as the database knows it.
struct known_repository {
    std::string name;
    std::string url;
    timestamp created_at;

    friend bool operator==(const known_repository&, const known_repository&) = default;
};

// The server's operating system user must be able to write there. Throws refused, permission,
// repository, usage (the name or URL is taken already, unless both are the same: then false).
CHRONOS_EXPORT bool add_repository(connection& database, const std::string& name,
                                   const std::string& url);
CHRONOS_EXPORT void remove_repository(connection& database, const std::string& name);
[[nodiscard]] CHRONOS_EXPORT std::vector<known_repository> known_repositories(connection& database);

enum class run_state { running, complete, failed };
[[nodiscard]] CHRONOS_EXPORT std::string_view to_string(run_state state) noexcept;

// One snapshot that the server was asked for. A plain value.
struct snapshot_run {
    std::string id;
    std::string label;  // empty: none
    run_state state = run_state::running;
    std::string requested_by;
    timestamp started_at;
    std::optional<timestamp> finished_at;
    std::optional<std::int64_t> version;
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    std::uint64_t plain_bytes = 0;
    std::uint64_t stored_bytes = 0;
    std::uint64_t reused_bytes = 0;  // of the plain bytes: taken over from the snapshot before
    double seconds = 0;
    std::vector<std::string> repositories;  // URLs
    // Of a failed one.
    std::string code;
    std::string message;
    std::string detail;
    std::string hint;
    // Of a running one.
    std::string phase;
    std::uint64_t tables_done = 0;
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;

    friend bool operator==(const snapshot_run&, const snapshot_run&) = default;
};

// Asks for a snapshot and returns its id at once.
[[nodiscard]] CHRONOS_EXPORT std::string request_snapshot(connection& database,
                                                          const std::string& label);
// Newest first, at most `limit` (0: all).
[[nodiscard]] CHRONOS_EXPORT std::vector<snapshot_run> snapshot_runs(connection& database,
                                                                     std::size_t limit = 0);
// Nothing if the server does not know the id (yet).
[[nodiscard]] CHRONOS_EXPORT std::optional<snapshot_run> find_snapshot_run(connection& database,
                                                                           const std::string& id);
// Asks a running snapshot to end; false if it is not running.
CHRONOS_EXPORT bool cancel_snapshot(connection& database, const std::string& id);

}  // namespace chronos

// How a database differs from what it should be, and why.
#pragma once

#include <chronos/diff.hpp>
#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace chronos {

class connection;

// An object that is other than it should be, with what is known of the cause. A plain value.
struct drifted_object {
    object_difference difference;  // old: as it should be, without SQL of either
    // locked, failed, prepared, loading, unobserved: why the change is in no version; against
    // migrations: the cause of the version that last changed the object.
    std::string cause;
    std::vector<std::string> statements;
    std::string role;
    std::optional<timestamp> since;       // it happened after this
    std::optional<timestamp> until;       // and before this
    std::optional<std::int64_t> version;  // that last changed it; only against migrations

    friend bool operator==(const drifted_object&, const drifted_object&) = default;
};

// The catalogue as it is against the newest version. Throws as current_version() does.
// Thread-safety of both: that of the connection.
[[nodiscard]] CHRONOS_EXPORT std::vector<drifted_object> drift(connection& database);

struct migrations_options {
    std::string directory;
    std::map<std::string, std::string> placeholders;  // as migrate_options has them
    bool fill_in = true;
    std::function<void(const std::string& file)> progress;  // before each file is run
    std::function<void(const std::string& message)> warning;
    std::stop_token stop;
};

// The newest version against what the scripts of a directory make of an empty database. Such a
// database is created on the same server for that and dropped at the end, also after an error or
// when a stop is requested. The role must be allowed to create databases and the extension. Throws
// usage (no directory, or no migrations in it), database (a script failed; the detail says where),
// cancelled.
[[nodiscard]] CHRONOS_EXPORT std::vector<drifted_object> drift_from_migrations(
    connection& database, const migrations_options& options);

}  // namespace chronos

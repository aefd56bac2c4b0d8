// What would lose a database: chronos.doctor() as values.
#pragma once

#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;

// The worst last. unknown: it cannot be told from inside the server.
enum class severity { ok, info, unknown, warning, critical };

[[nodiscard]] CHRONOS_EXPORT std::string_view to_string(severity how_bad) noexcept;

// One answer of one check; docs/doctor.md has a section for each id. A plain value.
struct finding {
    std::string id;    // "storage.data_directory"
    std::string area;  // storage, recovery, durability, platform, schema
    severity how_bad = severity::ok;
    std::string text;
    std::string evidence;  // the values it was seen from, a JSON object; empty: none
    std::string remedy;    // empty: there is nothing to do

    friend bool operator==(const finding&, const finding&) = default;
};

// The worst first. Needs membership in pg_read_all_stats. Reads only.
[[nodiscard]] CHRONOS_EXPORT std::vector<finding> examine(connection& database);

// The worst of them; ok if there is none.
[[nodiscard]] CHRONOS_EXPORT severity worst(const std::vector<finding>& findings) noexcept;

// Says that a finding is known and why: it counts as info until then, or until it is worse than it
// is now. No time: for ever. Throws not_found, usage, permission.
CHRONOS_EXPORT void acknowledge(connection& database, const std::string& id,
                                const std::string& reason, std::optional<timestamp> until);

// Takes it back; whether there was one.
CHRONOS_EXPORT bool unacknowledge(connection& database, const std::string& id);

}  // namespace chronos

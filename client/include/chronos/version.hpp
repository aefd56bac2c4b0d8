// Versions of a database's schema.
#pragma once

#include <fmt/format.h>

#include <array>
#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;

// A hash over the whole schema: equal fingerprints mean equal schemas. A plain value.
class CHRONOS_EXPORT fingerprint {
  public:
    static constexpr std::size_t kBytes = 32;

    fingerprint() = default;
    // 64 hexadecimal digits of either case; throws error_code::usage.
    explicit fingerprint(std::string_view hex);

    [[nodiscard]] std::string hex() const;
    // The first 12 digits, for people.
    [[nodiscard]] std::string brief() const;

    friend auto operator<=>(const fingerprint&, const fingerprint&) = default;

  private:
    std::array<std::uint8_t, kBytes> bytes_{};
};

// One committed state of the schema. A plain value.
struct schema_version {
    std::string timeline;  // a uuid; a restored database begins a new one
    std::int64_t number = 0;
    chronos::fingerprint fingerprint;
    std::vector<std::string> labels;
    timestamp committed_at;

    friend bool operator==(const schema_version&, const schema_version&) = default;
};

// What happened to one object in a version.
struct object_change {
    std::string action;        // added, changed, renamed, removed
    std::string kind;          // table, view, function, …
    std::string identity;      // public.orders
    std::string old_identity;  // before it was renamed; else empty

    friend bool operator==(const object_change&, const object_change&) = default;
};

// A version with the evidence of who made it and how.
struct version_record : schema_version {
    std::string cause;  // baseline, ddl, unobserved (nobody saw it happen), restore, server
    std::string role;
    std::string session_role;  // who had logged in, if that was somebody else
    std::string application;
    std::string address;                      // of the client; empty: a local one, or unknown
    std::string transaction;                  // its id; empty: unknown
    std::optional<double> seconds;            // from the first change to the commit
    std::optional<timestamp> observed_after;  // unobserved: it happened after this
    std::vector<std::string> statements;      // passwords are cut out of them
    std::vector<object_change> objects;

    friend bool operator==(const version_record&, const version_record&) = default;
};

// Which versions are wanted; all by default. A plain value.
struct history_filter {
    std::size_t limit = 0;  // at most so many; 0: no limit
    // That changed this object, under its present or a former name: "public.orders" or "orders"
    // (with what belongs to a table), "public.f(integer)" or "public.f".
    std::string object;
    std::optional<timestamp> since;
    std::optional<timestamp> until;
    std::string role;
    std::optional<schema_version> before;  // older than this one, to go on where a list ended

    friend bool operator==(const history_filter&, const history_filter&) = default;
};

// All of these need one round trip. They throw error_code::not_installed if the database has no
// chronos, wrong_component if extension and library do not fit together (the hint says which one to
// upgrade), connection if the server is gone. Thread-safety: that of the connection.

// Number 0 before the first version.
[[nodiscard]] CHRONOS_EXPORT schema_version current_version(connection& database);

// Newest first, at most `limit` (0: all).
[[nodiscard]] CHRONOS_EXPORT std::vector<version_record> history(connection& database,
                                                                 std::size_t limit = 0);
[[nodiscard]] CHRONOS_EXPORT std::vector<version_record> history(connection& database,
                                                                 const history_filter& filter);

// "42", "current", a label, a time ("2026-11-23 04:19", UTC unless it has a zone, or "2 hours ago")
// or 8 or more digits of a fingerprint. Throws not_found, also if it can mean several versions.
[[nodiscard]] CHRONOS_EXPORT version_record find_version(connection& database,
                                                         std::string_view version);

// The schema as it was, as SQL that runs in an empty database. Throws not_found.
[[nodiscard]] CHRONOS_EXPORT std::string schema_at(connection& database, std::int64_t number);

// Only these schemas (none given: all), or only this object and what belongs to it.
struct schema_selection {
    std::vector<std::string> schemas;
    std::string object;
};
[[nodiscard]] CHRONOS_EXPORT std::string schema_at(connection& database, std::int64_t number,
                                                   const schema_selection& selection);

}  // namespace chronos

template <>
struct fmt::formatter<chronos::fingerprint> : fmt::formatter<std::string_view> {
    template <typename context>
    auto format(const chronos::fingerprint& value, context& out) const {
        return fmt::formatter<std::string_view>::format(value.hex(), out);
    }
};

// "version 42 (release 1.0)"
template <>
struct fmt::formatter<chronos::schema_version> : fmt::formatter<std::string_view> {
    template <typename context>
    auto format(const chronos::schema_version& value, context& out) const {
        std::string text = fmt::format("version {}", value.number);
        for (std::size_t i = 0; i < value.labels.size(); ++i) {
            text += (i == 0 ? " (" : ", ") + value.labels[i];
        }
        if (!value.labels.empty()) text += ')';
        return fmt::formatter<std::string_view>::format(text, out);
    }
};

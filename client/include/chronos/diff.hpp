// What differs between two states of a schema.
#pragma once

#include <chronos/export.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;
struct schema_version;

// One part of an object, such as a column.
struct part_difference {
    std::string part;                      // "column price", "owner", …
    std::string change;                    // added, changed, removed, renamed, moved
    std::string old_name;                  // before it was renamed; else empty
    std::optional<std::string> old_value;  // as the store has it: text, or JSON of what is no text
    std::optional<std::string> value;

    friend bool operator==(const part_difference&, const part_difference&) = default;
};

struct object_difference {
    std::string change;        // added, changed, removed, renamed
    std::string kind;          // table, view, function, …
    std::string identity;      // public.orders
    std::string old_identity;  // before it was renamed; else empty
    std::vector<part_difference> parts;
    std::string old_sql;  // the statements that make the object as it was; empty: it was not
    std::string sql;      // and as it is

    friend bool operator==(const object_difference&, const object_difference&) = default;
};

// "42", "current", a label, a time, 8 or more digits of a fingerprint, and "live" for the catalogue
// as it is now, recorded or not. Throws not_found, and as current_version() does. Thread-safety:
// that of the connection.
[[nodiscard]] CHRONOS_EXPORT std::vector<object_difference> diff(connection& database,
                                                                 std::string_view from,
                                                                 std::string_view to);

// What a version changed, without parts.
[[nodiscard]] CHRONOS_EXPORT std::vector<object_difference> changes_of(
    connection& database, const schema_version& version);

}  // namespace chronos

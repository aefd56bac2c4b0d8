// Does the schema offer what the application uses?
#pragma once

#include <fmt/format.h>

#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <chronos/version.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;

// The tables, columns, types, functions and privileges that an application uses, as JSON; its form
// is in docs/schema-versions.md. A schema fits that offers at least these. A plain value.
class CHRONOS_EXPORT contract {
  public:
    // Throws error_code::usage if the text is no JSON object; the server looks at the rest of it.
    explicit contract(std::string_view json);

    [[nodiscard]] const std::string& json() const noexcept { return json_; }
    // What messages call it; empty if it has no name.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    friend bool operator==(const contract&, const contract&) = default;

  private:
    std::string json_;
    std::string name_;
};

// One thing that the schema does not offer. A plain value.
struct contract_breach {
    std::string problem;   // missing, type, nullable, not null, required, read only, privilege
    std::string kind;      // table, column, function, schema
    std::string identity;  // public.orders
    std::string part;      // the column, else empty
    std::string wanted;
    std::string present;
    std::int64_t since = 0;  // the version that broke it; 0: it never was there, or nobody knows
    std::string role;        // who made that version; empty: nobody knows
    std::optional<timestamp> committed_at;
    std::string message;  // all of it in words

    friend bool operator==(const contract_breach&, const contract_breach&) = default;
};

// What a contract is made of: names as in SQL, "orders", "shop.orders", "shop.*", "f(integer)".
struct contract_scope {
    std::vector<std::string> tables;  // also views
    std::vector<std::string> functions;
    std::string role;  // whose privileges it asks for; empty: none
    std::string name;
};

// These need one round trip and throw what current_version() throws; error_code::usage if the
// server cannot read the contract. Thread-safety: that of the connection.

// The current version, if it keeps the contract for the role that is connected. Else throws
// error_code::requirement: what is missing, since which version, and who changed it.
CHRONOS_EXPORT schema_version require_contract(connection& database, const contract& wanted);

// The same as values; empty if the contract is kept.
[[nodiscard]] CHRONOS_EXPORT std::vector<contract_breach> contract_breaches(connection& database,
                                                                            const contract& wanted);

// A contract that asks for these as they are now. Throws not_found.
[[nodiscard]] CHRONOS_EXPORT contract make_contract(connection& database,
                                                    const contract_scope& scope);

}  // namespace chronos

template <>
struct fmt::formatter<chronos::contract_breach> : fmt::formatter<std::string_view> {
    template <typename context>
    auto format(const chronos::contract_breach& value, context& out) const {
        return fmt::formatter<std::string_view>::format(value.message, out);
    }
};

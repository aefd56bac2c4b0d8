// What a program demands of the schema: ">=42", ">=41 <50", "42", a label, a fingerprint. One
// grammar for chronos.require_version(), the library and chronosctl.
//
//   constraint := term { [","] term }         every term must hold
//   term       := [ "=" | ">" | ">=" | "<" | "<=" | "!=" ] operand         none means "="
//   operand    := NUMBER | WORD | 'quoted' | "quoted" | "label:" WORD | "fingerprint:" HEX
//
// A WORD is a label; if it is made of 8 to 64 hexadecimal digits it may also be the beginning of a
// fingerprint: the label goes first. Fingerprints know only "=" and "!=".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::core {

enum class comparison { equal, not_equal, less, less_equal, greater, greater_equal };

struct version_term {
    comparison how = comparison::equal;
    std::optional<std::int64_t> number;  // else `name` says which version
    std::string name;
    bool may_be_label = false;
    bool may_be_fingerprint = false;

    friend bool operator==(const version_term&, const version_term&) = default;
};

// Where a schema stands.
struct schema_state {
    std::int64_t number = 0;
    std::string fingerprint;  // lower case hexadecimal; empty if there is none
    std::function<std::optional<std::int64_t>(std::string_view)> version_of_label;
};

// A constraint that cannot be read; the message is worded for users.
class constraint_error : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

class version_constraint {
  public:
    // Throws constraint_error.
    [[nodiscard]] static version_constraint parse(std::string_view text);

    [[nodiscard]] const std::vector<version_term>& terms() const noexcept { return terms_; }

    // True if the state satisfies every term. A label that no version has is satisfied by nothing,
    // not even by "!=".
    [[nodiscard]] bool holds(const schema_state& state) const;

    // The first word that names a label no version has and is no fingerprint either; for the hint.
    [[nodiscard]] std::optional<std::string> unknown_label(const schema_state& state) const;

  private:
    std::vector<version_term> terms_;
};

}  // namespace chronos::core

// Is the schema the one that the application was built for?
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <chronos/export.hpp>
#include <chronos/version.hpp>
#include <concepts>
#include <string>
#include <string_view>

namespace chronos {

// What an application needs: ">=42", ">=42 <50", a label (alembic:3f2a, 'release 1.0'), a
// fingerprint or its first 8 or more digits; docs/command-line.md has the grammar. A plain value.
// Made from text without a cast, so that require_version(database, ">=42") reads well.
class CHRONOS_EXPORT version_constraint {
  public:
    // Throws error_code::usage with the place that is wrong.
    version_constraint(std::string_view text);  // NOLINT(google-explicit-constructor)
    template <std::convertible_to<std::string_view> string>
    version_constraint(const string& text) : version_constraint(std::string_view(text)) {}

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    friend bool operator==(const version_constraint&, const version_constraint&) = default;

  private:
    std::string text_;
};

// The current version, if it satisfies the constraint. Else throws error_code::requirement, which
// says what is there and what was needed. One round trip; otherwise as current_version().
CHRONOS_EXPORT schema_version require_version(connection& database,
                                              const version_constraint& constraint);

// Waits until the schema satisfies the constraint, at most so long; a new version is heard of when
// it is committed. The version, or the errors of require_version() when the time is up, and at once
// those that waiting cannot mend; a database without chronos may still get it. connection::cancel()
// ends it with code `cancelled`.
CHRONOS_EXPORT schema_version wait_for(connection& database, const version_constraint& constraint,
                                       std::chrono::milliseconds timeout);

}  // namespace chronos

template <>
struct fmt::formatter<chronos::version_constraint> : fmt::formatter<std::string_view> {
    template <typename context>
    auto format(const chronos::version_constraint& value, context& out) const {
        return fmt::formatter<std::string_view>::format(value.text(), out);
    }
};

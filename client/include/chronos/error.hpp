// The one exception of the library.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "chronos/export.hpp"

namespace chronos {

// What went wrong, as far as a program acts on it. The numbers are not stable; the names are.
enum class error_code {
    usage,            // an argument that cannot be right
    connection,       // no server, refused, or lost
    permission,       // the role or the operating system does not allow it
    not_installed,    // the database has no chronos extension
    wrong_component,  // library, extension, engine or server of versions that do not fit together
    requirement,      // the schema is not what the application needs
    not_found,        // no such snapshot, version, label or repository
    refused,          // it would destroy something; a flag allows it
    damaged,          // an object or a manifest is missing, cut short or altered
    repository,       // the repository cannot be read or written
    space,            // the repository's device is full
    database,         // the server reported an error
    busy,             // a lock or a limit; trying again later can help
    cancelled,        // by the user or by a time limit
    internal,         // a bug
};

// The name of a code as it stands in --json output and in the engine's reports: "not_found".
[[nodiscard]] CHRONOS_EXPORT std::string_view to_string(error_code code) noexcept;

// Message in the style of PostgreSQL (lower case, no full stop); detail and hint are sentences or
// empty. Copies share nothing mutable: safe to pass between threads.
class CHRONOS_EXPORT error : public std::runtime_error {
  public:
    error(error_code code, const std::string& message, std::string detail = {},
          std::string hint = {})
        : std::runtime_error(message),
          code_(code),
          detail_(std::move(detail)),
          hint_(std::move(hint)) {}

    [[nodiscard]] error_code code() const noexcept { return code_; }
    [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

    // True if the same call can succeed later without anybody changing anything.
    [[nodiscard]] bool retryable() const noexcept {
        return code_ == error_code::connection || code_ == error_code::busy;
    }

  private:
    error_code code_;
    std::string detail_;
    std::string hint_;
};

}  // namespace chronos

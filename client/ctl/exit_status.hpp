// The exit codes of chronosctl, all in one place; docs/command-line.md lists them.
#pragma once

#include "chronos/error.hpp"

namespace chronos::ctl {

enum class exit_status : int {
    success = 0,      // check: the schema fits
    failure = 1,      // check: the schema does not fit
    usage = 2,        // wrong arguments, or no connection; check: cannot tell
    damage = 3,       // verification found damage
    refused = 4,      // refused for safety
    not_found = 5,    // no such snapshot, version, label or repository
    mismatch = 6,     // a component is missing or of a version that does not fit
    cancelled = 130,  // by a signal, as a shell reports it
};

[[nodiscard]] exit_status status_of(error_code code) noexcept;

// For `check`: 1 says that the schema does not fit, so whatever keeps us from knowing is 2.
[[nodiscard]] exit_status check_status_of(error_code code) noexcept;

// The paragraph that every --help ends with.
[[nodiscard]] const char* exit_status_help() noexcept;

}  // namespace chronos::ctl

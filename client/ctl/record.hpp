// A version for people, as `log` and `show` print it.
#pragma once

#include <string>

#include "chronos/version.hpp"

namespace chronos::ctl {

class output;

enum class detail { brief, full };

// One line: labels, then the first statement, or the objects if there is none.
[[nodiscard]] std::string summary(const version_record& record);

// A paragraph; `full` has fingerprint, timeline and every object and statement.
[[nodiscard]] std::string described(const version_record& record, const output& out, detail how);

}  // namespace chronos::ctl

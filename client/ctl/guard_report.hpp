// What `guard` found out, for people and as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chronos/guard.hpp"
#include "ctl/json.hpp"

namespace chronos::ctl {

// `action`: what became of the command. The members are documented in docs/command-line.md.
[[nodiscard]] json document_of(const guard_report& report, const std::vector<std::string>& command,
                               std::string_view action);

// One loss with all that is known of it, in lines.
[[nodiscard]] std::string lines_of(const guard_loss& loss);

// All that cannot be had back, without a newline at the end.
[[nodiscard]] std::string detail_of(const guard_report& report);

}  // namespace chronos::ctl

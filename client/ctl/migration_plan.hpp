// What migrations would do, as `migrate plan` and --dry-run print it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chronos/migration_trial.hpp"

namespace chronos::ctl {

class output;

// "  loses table public.orders: 100 rows, 16 kB", a line each.
[[nodiscard]] std::string losses_text(const planned_migration& one);

// Statement by statement, with locks and hazards; and what trying them out has shown.
void print_plan(const std::vector<planned_migration>& plans,
                const std::optional<migration_trial>& trial, output& out);

}  // namespace chronos::ctl

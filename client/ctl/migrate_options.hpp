// What the verbs of `migrate` have in common.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "chronos/migrate.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/interruption.hpp"

namespace CLI {
class App;
}

namespace chronos::ctl {

class output;

struct migrate_arguments {
    connection_options target;
    std::string directory = "migrations";
    std::string out_of_order = "error";
    std::string missing = "error";
    int lock_timeout = 2000;
    int lock_tries = 10;
    int wait = 0;
    bool yes = false;
    bool dry_run = false;

    void add_directory(CLI::App& verb);
    void add_running(CLI::App& verb);

    // With callbacks that print to standard error.
    [[nodiscard]] migrate_options options(output& out, const interruption& interrupted) const;
};

// "  destroys table public.orders: 100 rows, 16 kB", a line each.
[[nodiscard]] std::string losses_text(const planned_migration& one);

[[nodiscard]] nlohmann::ordered_json to_json(const planned_migration& one);
[[nodiscard]] nlohmann::ordered_json to_json(const finished_migration& one);
[[nodiscard]] nlohmann::ordered_json to_json(const migration_status& one);

// What would be done, statement by statement, with locks and hazards.
void print_plan(const std::vector<planned_migration>& plans, output& out);

}  // namespace chronos::ctl

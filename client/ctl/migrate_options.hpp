// What the verbs of `migrate` have in common.
#pragma once

#include <map>
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
    std::vector<std::string> placeholders;  // NAME=VALUE
    bool no_placeholders = false;
    std::vector<std::string> schemas;
    bool no_snapshot = false;
    bool beside_other_tool = false;
    bool yes = false;
    bool dry_run = false;

    void add_directory(CLI::App& verb);
    void add_schemas(CLI::App& verb);
    void add_no_snapshot(CLI::App& verb);
    void add_running(CLI::App& verb);

    // With callbacks that print to standard error.
    [[nodiscard]] migrate_options options(output& out, const interruption& interrupted) const;
};

// Of --placeholder NAME=VALUE. Throws usage where there is no name or no sign of equality.
[[nodiscard]] std::map<std::string, std::string> placeholder_values(
    const std::vector<std::string>& given);
void add_placeholders(CLI::App& verb, std::vector<std::string>& given, bool& none);

// "tenant_1: "; empty if there is none.
[[nodiscard]] std::string in_schema(const std::string& schema);

[[nodiscard]] nlohmann::ordered_json to_json(const finished_migration& one);
[[nodiscard]] nlohmann::ordered_json to_json(const migration_status& one);

}  // namespace chronos::ctl

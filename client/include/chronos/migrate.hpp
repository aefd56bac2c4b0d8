// Migrations: up and down scripts, and the database that they are applied to.
#pragma once

#include <chrono>
#include <chronos/export.hpp>
#include <chronos/migration.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;

// Where a run is to end.
struct migration_target {
    enum class kind { latest, version, steps_back, steps_forward };
    kind what = kind::latest;
    std::string version;    // "0": before the first
    std::size_t steps = 1;  // back or forward

    friend bool operator==(const migration_target&, const migration_target&) = default;
};

enum class migration_policy { refuse, warn, apply };

// Everything but the directory has a default. Callbacks are called by the calling thread.
struct migrate_options {
    std::string directory;
    // Pending ones below one that is applied: refused with a list, left out with a warning, or run.
    migration_policy out_of_order = migration_policy::refuse;
    // Applied ones whose file is gone: refused or only told (warn and apply are the same).
    migration_policy missing = migration_policy::refuse;
    // What ${name} in a script stands for; stored scripts keep the name. Where none is given, a
    // directory of Flyway refuses unknown names and knows flyway:defaultSchema, flyway:user,
    // flyway:database, flyway:timestamp and flyway:filename; others leave ${…} as it is.
    std::map<std::string, std::string> placeholders;
    bool fill_in = true;  // false: ${…} is never touched
    // Run once for each schema whose name fits one of these patterns ("tenant_*", "?"), which is
    // first in the search path then; each has a record of its own. Empty: once, for the database.
    std::vector<std::string> schemas;
    // Before a migration destroys rows, a snapshot of the database is taken into the repositories
    // it has; false: not.
    bool snapshot = true;
    // Run migrations where another tool has applied some and none is on record: refused otherwise.
    bool beside_other_tool = false;
    std::chrono::milliseconds lock_timeout{2000};  // of each attempt; 0: none
    int lock_tries = 10;
    std::chrono::milliseconds wait{0};  // for another runner to end
    // Told what will be done, before it is; false: nothing is, and `refused` is thrown.
    std::function<bool(const std::vector<planned_migration>&)> confirm;
    std::function<void(const planned_migration&)> starting;
    std::function<void(const finished_migration&)> finished;
    std::function<void(const std::string& message)> warning;
    std::function<void(const std::string& message)>
        notice;  // waiting, retrying, NOTICEs of scripts
    std::stop_token stop;
};

// All of these throw usage (the directory cannot be read as migrations), not_installed, connection,
// and what is said below. Thread-safety: that of the connection. A connection is back to the
// settings of a new session afterwards.

// In the order in which they are run.
[[nodiscard]] CHRONOS_EXPORT std::vector<migration_status> migrations(connection& database,
                                                                      const std::string& directory);

// The same for every schema that the options name.
[[nodiscard]] CHRONOS_EXPORT std::vector<migration_status> migrations(
    connection& database, const migrate_options& options);

// What migrate() would do now; nothing is changed.
[[nodiscard]] CHRONOS_EXPORT std::vector<planned_migration> plan_migrations(
    connection& database, const migrate_options& options, const migration_target& target = {});

// Up or down, as the target demands. Each migration is one transaction, or, where PostgreSQL does
// not allow that, each of its steps is recorded: a run that is interrupted at any moment is
// finished by the next one. Throws not_found (no such version), refused (late, changed or missing
// ones, another tool's database, or not confirmed), busy (another runner, or locks), database (a
// script failed: file, line and statement are told), cancelled.
CHRONOS_EXPORT std::vector<finished_migration> migrate(connection& database,
                                                       const migrate_options& options,
                                                       const migration_target& target = {});

// Marks all up to a version as applied without running them; returns their versions.
CHRONOS_EXPORT std::vector<std::string> baseline_migrations(connection& database,
                                                            const migrate_options& options,
                                                            std::string_view version);

// What another tool had applied, and is applied for Chronos now as well.
struct adopted_migrations {
    std::string tool;
    std::string table;
    std::vector<std::string> versions;  // marked, in the order in which the tool applied them

    friend bool operator==(const adopted_migrations&, const adopted_migrations&) = default;
};

// Marks as applied what the table of another tool says is; nothing is run, and the table stays.
// Without a tool's name it is the one whose directories have this layout. Throws not_found (no such
// table), refused (several tables, applied ones without a file, or half applied ones), usage (no
// such tool).
CHRONOS_EXPORT adopted_migrations adopt_migrations(connection& database,
                                                   const migrate_options& options,
                                                   const std::string& tool = {});

// What repair_migrations() would change, or has changed.
struct migration_repair {
    std::string version;
    std::string name;
    std::string action;  // accept (the changed script), forget (one whose file is gone)
    std::string was;     // the script that was applied
    std::string is;      // and the one in the directory

    friend bool operator==(const migration_repair&, const migration_repair&) = default;
};

// Makes the record agree with the directory; the schema is not touched.
CHRONOS_EXPORT std::vector<migration_repair> repair_migrations(connection& database,
                                                               const migrate_options& options,
                                                               bool dry_run);

// The files of a new migration with the next number, in the form that the directory has, or
// NNNN_name.up.sql and .down.sql in a new one. Asks no database. Returns their paths.
CHRONOS_EXPORT std::vector<std::string> new_migration(const std::string& directory,
                                                      std::string_view name);

}  // namespace chronos

// Trying migrations out where it harms nobody: in a scratch database made from the schema alone.
#pragma once

#include <chronos/diff.hpp>
#include <chronos/export.hpp>
#include <chronos/migrate.hpp>
#include <functional>
#include <string>
#include <vector>

namespace chronos {

class connection;

// The scratch database is dropped at the end; what a killed run leaves is dropped by the next one.
// Statements about roles, other databases, the server and subscriptions are left out with a
// warning. The role must be allowed to create databases and the extension. Thread-safety: that of
// the connection.

// What one migration of a plan has done there. A plain value.
struct tried_migration {
    bool up = true;
    std::string version;
    std::string name;
    std::string schema;                  // of a run over many; empty: the database
    double seconds = 0;                  // with empty tables
    std::vector<std::string> locks;      // as below
    std::vector<std::string> rewritten;  // as below

    friend bool operator==(const tried_migration&, const tried_migration&) = default;
};

struct migration_trial {
    std::vector<tried_migration> migrations;
    std::vector<object_difference> differences;  // from before the first to after the last

    friend bool operator==(const migration_trial&, const migration_trial&) = default;
};

// Runs what plan_migrations() has said, hooks included. Throws as migrate() does: a script that
// needs rows fails where there are none.
[[nodiscard]] CHRONOS_EXPORT migration_trial
try_migrations(connection& database, const migrate_options& options,
               const std::vector<planned_migration>& plan);

// What trying a migration out has shown: up, down, and up again. A plain value.
struct verified_migration {
    std::string version;
    std::string name;
    std::string file;
    bool derived = false;   // the way down was made by Chronos
    bool has_down = true;   // repeatable ones have none
    double up_seconds = 0;  // with empty tables
    double down_seconds = 0;
    std::vector<std::string> locks;             // "AccessExclusiveLock on table public.orders"
    std::vector<std::string> rewritten;         // "table public.orders", "index public.orders_pkey"
    std::vector<object_difference> after_down;  // from before it was applied
    std::vector<object_difference> after_second;  // from after it was applied first
    std::string failure;  // why it could not be applied again; what follows is not tried then

    [[nodiscard]] bool holds() const noexcept {
        return after_down.empty() && after_second.empty() && failure.empty();
    }
    friend bool operator==(const verified_migration&, const verified_migration&) = default;
};

// Tries each pending migration: up, down, and up again, with what that leaves behind. `verified` is
// told of each. Throws as migrate() does, and usage for many schemas.
std::vector<verified_migration> CHRONOS_EXPORT
verify_migrations(connection& database, const migrate_options& options,
                  const std::function<void(const verified_migration&)>& verified = {});

}  // namespace chronos

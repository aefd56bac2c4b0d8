#include "chronos/migrate.hpp"

#include <iterator>

#include "chronos/connection.hpp"
#include "migrations/migration_run.hpp"
#include "migrations/migration_scopes.hpp"

namespace chronos {

namespace {

// What a run gives for each schema, one after the other.
template <typename T, typename F>
std::vector<T> for_each_scope(internal::session& on, const migrate_options& options, F run_one) {
    std::vector<T> result;
    for (const std::string& scope : internal::migration_scopes(on, options.schemas)) {
        auto part = run_one(internal::migration_run(on, options, scope));
        std::move(part.begin(), part.end(), std::back_inserter(result));
    }
    return result;
}

}  // namespace

std::vector<planned_migration> plan_migrations(connection& database, const migrate_options& options,
                                               const migration_target& target) {
    return for_each_scope<planned_migration>(
        database.internal_session(), options,
        [&target](internal::migration_run run) { return run.plan(target); });
}

std::vector<finished_migration> migrate(connection& database, const migrate_options& options,
                                        const migration_target& target) {
    return for_each_scope<finished_migration>(
        database.internal_session(), options,
        [&target](internal::migration_run run) { return run.perform(target); });
}

}  // namespace chronos

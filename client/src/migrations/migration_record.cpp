// The record of migrations, looked at and put right: no script is run here.
#include <fmt/format.h>

#include "chronos/connection.hpp"
#include "chronos/migrate.hpp"
#include "migrations/layout.hpp"
#include "migrations/migration_scopes.hpp"
#include "migrations/migration_state.hpp"
#include "migrations/runner_lock.hpp"

namespace chronos {

namespace {

using internal::compared_migration;

std::string name_of(internal::migration_state state) {
    switch (state) {
        case internal::migration_state::pending:
            return "pending";
        case internal::migration_state::late:
            return "late";
        case internal::migration_state::applied:
            return "applied";
        case internal::migration_state::changed:
            return "changed";
        case internal::migration_state::missing:
            return "missing";
        case internal::migration_state::unfinished:
            return "unfinished";
    }
    return {};
}

std::string down_of(const compared_migration& one) {
    if (one.scripts().down || (one.row && one.row->scripts.down && !one.row->down_derived))
        return "script";
    if (one.scripts().kind == internal::migration_kind::repeatable) return "none";
    const bool recorded = one.row && one.row->applied() && one.row->version_before;
    return recorded || !one.row || !one.row->applied() ? "derived" : "none";
}

migration_status status_of(const compared_migration& one) {
    const auto& scripts = one.scripts();
    migration_status result;
    if (one.row) result.snapshot = one.row->snapshot;
    result.version = scripts.version;
    result.name = scripts.name;
    result.file = scripts.up.file;
    result.kind = internal::kind_name(scripts.kind);
    result.state = name_of(one.state);
    result.down = down_of(one);
    result.transactional = scripts.up.transactional;
    if (!one.row || !one.row->applied()) return result;
    result.origin = one.row->origin;
    result.applied_by = one.row->applied_by;
    result.applied_at = one.row->applied_at;
    result.seconds = one.row->seconds;
    result.version_before = one.row->version_before;
    result.version_after = one.row->version_after;
    return result;
}

std::vector<compared_migration> compared(internal::session& on, const std::string& directory,
                                         const std::string& scope = {}) {
    const auto files = internal::read_migrations(directory).migrations;
    return internal::compare_migrations(files, internal::migration_store(on, scope).read());
}

}  // namespace

std::vector<migration_status> migrations(connection& database, const std::string& directory) {
    migrate_options options;
    options.directory = directory;
    return migrations(database, options);
}

std::vector<migration_status> migrations(connection& database, const migrate_options& options) {
    internal::session& on = database.internal_session();
    std::vector<migration_status> result;
    for (const std::string& scope : internal::migration_scopes(on, options.schemas)) {
        for (const auto& one : compared(on, options.directory, scope)) {
            result.push_back(status_of(one));
            result.back().schema = scope;
        }
    }
    return result;
}

std::vector<std::string> baseline_migrations(connection& database, const migrate_options& options,
                                             std::string_view version) {
    internal::session& on = database.internal_session();
    const internal::runner_lock lock(on, internal::waiting_of(options));
    const auto all = compared(on, options.directory);
    const compared_migration* limit = internal::find_migration(all, std::string(version));
    if (limit == nullptr) {
        throw error(error_code::not_found, fmt::format("there is no migration {}", version), {},
                    "chronosctl migrate status lists them.");
    }
    internal::transaction whole(on);
    internal::migration_store store(on, "");
    std::vector<std::string> marked;
    for (const auto& one : all) {
        if (one.scripts().kind != internal::migration_kind::versioned || !one.file ||
            (one.row && one.row->applied()) ||
            internal::ordinal_less(limit->scripts().ordinal, one.scripts().ordinal))
            continue;
        store.mark_applied(*one.file, "baseline");
        marked.push_back(one.scripts().version);
    }
    whole.commit();
    return marked;
}

std::vector<migration_repair> repair_migrations(connection& database,
                                                const migrate_options& options, bool dry_run) {
    internal::session& on = database.internal_session();
    const internal::runner_lock lock(on, internal::waiting_of(options));
    internal::transaction whole(on);
    internal::migration_store store(on, "");
    std::vector<migration_repair> repairs;
    for (const auto& one : compared(on, options.directory)) {
        const auto& scripts = one.scripts();
        if (one.state == internal::migration_state::changed) {
            repairs.push_back({scripts.version, scripts.name, "accept", one.row->scripts.up.text,
                               one.file->up.text});
            if (!dry_run) store.keep(*one.file);
        } else if (one.state == internal::migration_state::missing) {
            repairs.push_back(
                {scripts.version, scripts.name, "forget", one.row->scripts.up.text, ""});
            if (!dry_run) store.finish_rollback(scripts);
        }
    }
    whole.commit();
    return repairs;
}

}  // namespace chronos

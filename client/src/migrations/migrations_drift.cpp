#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chronos/connection.hpp"
#include "chronos/drift.hpp"
#include "migrations/layout.hpp"
#include "migrations/placeholders.hpp"
#include "migrations/scratch_run.hpp"
#include "migrations/scratch_schema.hpp"
#include "migrations/stopper.hpp"
#include "versions/diagnosis.hpp"
#include "versions/drift_rows.hpp"

namespace chronos {

namespace {

using internal::session;
using internal::stopper;

void run_all(session& here, const internal::scratch_database& scratch,
             const internal::migration_set& set, const migrations_options& options) {
    const auto there = scratch.connect();
    const auto values =
        internal::placeholders_for(set.layout, options.placeholders, options.fill_in, *there);
    const stopper stop(options.stop, *there);
    for (const internal::migration& one : set.migrations) {
        stop.check();
        if (options.progress) options.progress(one.up.file);
        internal::reset_settings(*there, here);
        internal::run_in_scratch(*there, internal::filled_in(one.up, values), options.warning);
    }
    stop.check();
}

// By a session of its own: the one that ran the migrations may have any settings.
std::string facts_in(const internal::scratch_database& scratch, session& here,
                     const std::stop_token& token) {
    const auto there = scratch.connect();
    const stopper stop(token, *there);
    stop.check();
    internal::create_chronos(*there, here);
    return there->query_one("SELECT chronos.export_facts()::text").text(0);
}

// What the tools themselves keep is in the one database and not in the other.
bool is_bookkeeping(const object_difference& difference) {
    constexpr std::array<std::string_view, 2> kTables{"schema_migrations", "goose_db_version"};
    return std::any_of(kTables.begin(), kTables.end(), [&](std::string_view table) {
        const auto dot = difference.identity.rfind('.');
        return dot != std::string::npos && difference.identity.substr(dot + 1).starts_with(table);
    });
}

}  // namespace

std::vector<drifted_object> drift_from_migrations(connection& database,
                                                  const migrations_options& options) {
    const auto set = internal::read_migrations(options.directory);
    auto& here = database.internal_session();
    const auto installed = internal::ask(
        here,
        "SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname = 'chronos'"
        " AND chronos.current_version() >= 0");
    internal::demand_extension(installed.at(0).text(0));
    const stopper stop(options.stop, here);
    stop.check();
    std::string facts;
    {
        const internal::scratch_database scratch(here, options.warning);
        run_all(here, scratch, set, options);
        facts = facts_in(scratch, here, options.stop);
    }
    auto result = internal::read_drift(here, "chronos.drift_from($1::jsonb)", "d.version", {facts});
    std::erase_if(result, [](const auto& one) { return is_bookkeeping(one.difference); });
    return result;
}

}  // namespace chronos

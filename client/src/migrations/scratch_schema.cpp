#include "migrations/scratch_schema.hpp"

#include <fmt/format.h>

#include "migrations/new_session.hpp"

namespace chronos::internal {

void create_chronos(session& in, session& like) {
    const std::string version = like.query_one(
                                        "SELECT e.extversion FROM pg_catalog.pg_extension AS e"
                                        " WHERE e.extname = 'chronos'")
                                    .text(0);
    try {
        in.execute(fmt::format("CREATE EXTENSION IF NOT EXISTS chronos VERSION {}",
                               session::quote_name(version)));
    } catch (const server_error& failure) {
        throw server_error(
            failure.code(),
            fmt::format("could not create the extension in a scratch database: {}", failure.what()),
            failure.detail(), failure.hint().empty() ? "Connect as a superuser." : failure.hint(),
            failure.sqlstate());
    }
}

void keep_search_path(const scratch_database& of, session& beside) {
    const std::string path =
        beside.query_one("SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'")
            .text(0);
    if (path.empty()) return;
    beside.execute(fmt::format("ALTER DATABASE {} SET search_path = {}",
                               session::quote_name(of.name()), path));
}

void reset_settings(session& on, session& beside) {
    const std::string path =
        beside.query_one("SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'")
            .text(0);
    begin_anew(on);
    on.execute("SET client_encoding = 'UTF8'");
    (void)on.query("SELECT pg_catalog.set_config('search_path', $1, false)", {path});
}

void copy_schema(session& from, session& to, const migration_warning& warn) {
    const script schema{
        "the present schema",
        from.query_one("SELECT chronos.schema_at(chronos.current_version())").text(0), true};
    create_chronos(to, from);
    run_in_scratch(to, schema, warn);
    begin_anew(to);
}

std::string present_version(session& on) {
    return on.query_one("SELECT chronos.reconcile(), chronos.current_version()").text(1);
}

}  // namespace chronos::internal

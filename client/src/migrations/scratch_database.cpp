#include "migrations/scratch_database.hpp"

#include <fmt/format.h>

#include <random>

namespace chronos::internal {

namespace {

std::string create_statement(session& on, const std::string& name) {
    const row like = on.query_one(
        "SELECT pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,"
        " d.datlocprovider, coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale',"
        "  pg_catalog.to_jsonb(d) ->> 'daticulocale', '')"
        " FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()");
    const auto literal = [&like](std::size_t column) {
        return session::quote_literal(like.text(column));
    };
    auto sql =
        fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
                    session::quote_name(name), literal(0), literal(1), literal(2));
    if (like.text(3) == "i") sql += " LOCALE_PROVIDER icu ICU_LOCALE " + literal(4);
    if (like.text(3) == "b") sql += " LOCALE_PROVIDER builtin BUILTIN_LOCALE " + literal(4);
    return sql;
}

}  // namespace

scratch_database::scratch_database(session& beside, std::function<void(const std::string&)> warning)
    : beside_(beside),
      name_(fmt::format("chronos_scratch_{:08x}", std::random_device{}())),
      warning_(std::move(warning)) {
    try {
        beside_.execute(create_statement(beside_, name_));
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection)
            throw;
        throw server_error(
            failure.code(), fmt::format("could not create a scratch database: {}", failure.what()),
            failure.detail(), failure.hint().empty() ? "The role needs CREATEDB." : failure.hint(),
            failure.sqlstate());
    }
}

scratch_database::~scratch_database() {
    try {
        // The session may have been cancelled with the rest; a new one is sure to work.
        beside_.another()->execute(
            fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", session::quote_name(name_)));
    } catch (const std::exception& failure) {
        if (warning_) {
            warning_(fmt::format("scratch database \"{}\" could not be dropped: {}", name_,
                                 failure.what()));
        }
    }
}

std::unique_ptr<session> scratch_database::connect() const { return beside_.another(name_); }

void reset_settings(session& on, session& beside) {
    const std::string path =
        beside.query_one("SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'")
            .text(0);
    on.execute("RESET ALL; RESET SESSION AUTHORIZATION; SET client_encoding = 'UTF8'");
    (void)on.query("SELECT pg_catalog.set_config('search_path', $1, false)", {path});
}

}  // namespace chronos::internal

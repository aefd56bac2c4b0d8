#include "migrations/scratch_database.hpp"

#include <fmt/format.h>

#include <charconv>
#include <random>

#include "migrations/new_session.hpp"

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

constexpr int kLockClass = 0x43485343;  // "CHSC"

// The name says whose it is; the number is what its user holds a lock on.
std::string prefix_of(session& on) {
    return "chronos_scratch_" +
           on.query_one(
                 "SELECT d.oid FROM pg_catalog.pg_database AS d"
                 " WHERE d.datname = pg_catalog.current_database()")
               .text(0) +
           '_';
}

bool try_lock(session& on, std::uint32_t number) {
    return on
        .query_one("SELECT pg_catalog.pg_try_advisory_lock($1::int4, $2::int4)",
                   {std::to_string(kLockClass), std::to_string(static_cast<std::int32_t>(number))})
        .flag(0);
}

void unlock(session& on, std::uint32_t number) {
    (void)on.query("SELECT pg_catalog.pg_advisory_unlock($1::int4, $2::int4)",
                   {std::to_string(kLockClass), std::to_string(static_cast<std::int32_t>(number))});
}

}  // namespace

scratch_database::scratch_database(session& beside, std::function<void(const std::string&)> warning)
    : beside_(beside),
      number_(std::random_device{}()),
      name_(fmt::format("{}{:08x}", prefix_of(beside), number_)),
      warning_(std::move(warning)) {
    drop_left_over();
    (void)try_lock(beside_, number_);
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
    drop(name_);
    try {
        unlock(beside_, number_);
    } catch (const std::exception&) {
        // It goes with the session.
        return;
    }
}

void scratch_database::drop(const std::string& name) {
    try {
        // The session may have been cancelled with the rest; a new one is sure to work.
        beside_.another()->execute(
            fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", session::quote_name(name)));
    } catch (const std::exception& failure) {
        if (warning_) {
            warning_(fmt::format("scratch database \"{}\" could not be dropped: {}", name,
                                 failure.what()));
        }
    }
}

void scratch_database::drop_left_over() {
    const std::string prefix = prefix_of(beside_);
    for (const row& one : beside_.query("SELECT d.datname FROM pg_catalog.pg_database AS d"
                                        " WHERE pg_catalog.starts_with(d.datname::text, $1)",
                                        {prefix})) {
        const std::string digits = one.text(0).substr(prefix.size());
        std::uint32_t number = 0;
        const auto end = digits.data() + digits.size();
        if (std::from_chars(digits.data(), end, number, 16).ptr != end) continue;
        if (!try_lock(beside_, number)) continue;  // somebody works in it
        drop(one.text(0));
        unlock(beside_, number);
    }
}

std::unique_ptr<session> scratch_database::connect() const { return beside_.another(name_); }

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

}  // namespace chronos::internal

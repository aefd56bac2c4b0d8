#include "connection/scratch_database.hpp"

#include <fmt/format.h>

#include <charconv>
#include <random>

namespace chronos::internal {

namespace {

database_locale locale_of(session& on) {
    const row found = on.query_one(
        "SELECT pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,"
        " CASE d.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,"
        " coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale',"
        "  pg_catalog.to_jsonb(d) ->> 'daticulocale', '')"
        " FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()");
    return {found.text(0), found.text(1), found.text(2), found.text(3), found.text(4)};
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

std::string create_database_statement(const std::string& name, const database_locale& like) {
    const auto literal = [](const std::string& text) { return session::quote_literal(text); };
    auto sql =
        fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
                    session::quote_name(name), literal(like.encoding), literal(like.collate),
                    literal(like.ctype));
    if (like.provider != "libc") sql += " LOCALE_PROVIDER " + like.provider;
    if (like.provider == "icu") sql += " ICU_LOCALE " + literal(like.locale);
    if (like.provider == "builtin") sql += " BUILTIN_LOCALE " + literal(like.locale);
    return sql;
}

scratch_database::scratch_database(session& beside, std::function<void(const std::string&)> warning,
                                   const std::optional<database_locale>& like)
    : beside_(beside),
      number_(std::random_device{}()),
      name_(fmt::format("{}{:08x}", prefix_of(beside), number_)),
      warning_(std::move(warning)) {
    drop_left_over();
    (void)try_lock(beside_, number_);
    try {
        beside_.execute(create_database_statement(name_, like ? *like : locale_of(beside_)));
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

}  // namespace chronos::internal

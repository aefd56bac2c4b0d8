#include "restore/target_database.hpp"

#include <fmt/format.h>

#include <random>

namespace chronos::internal {
namespace {

constexpr const char* kContents = R"(
WITH member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
user_schema AS (SELECT oid, nspname FROM pg_namespace
                WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'chronos'))
SELECT what FROM (
    SELECT 1, CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view '
           WHEN 'S' THEN 'sequence ' WHEN 'f' THEN 'foreign table ' ELSE 'table ' END
           || n.nspname || '.' || c.relname
    FROM pg_class c JOIN user_schema n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
      AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM member)
    UNION ALL SELECT 2, 'function ' || n.nspname || '.' || p.proname
    FROM pg_proc p JOIN user_schema n ON n.oid = p.pronamespace
    WHERE ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM member)
    UNION ALL SELECT 3, 'type ' || n.nspname || '.' || t.typname
    FROM pg_type t JOIN user_schema n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('c', 'd', 'e', 'r') AND (t.typrelid = 0 OR EXISTS
          (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
      AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM member)
    UNION ALL SELECT 4, 'schema ' || n.nspname FROM user_schema n WHERE n.nspname <> 'public'
      AND ('pg_namespace'::regclass, n.oid) NOT IN (SELECT classid, objid FROM member)
    UNION ALL SELECT 5, 'extension ' || extname FROM pg_extension
    WHERE extname NOT IN ('plpgsql', 'chronos')
    UNION ALL SELECT 6, 'large object ' || oid FROM pg_largeobject_metadata
) contents(place, what) ORDER BY place, what LIMIT 6)";

std::string temporary_name() {
    return fmt::format("chronos_restore_{:08x}", std::random_device{}());
}

bool exists(session& on, const std::string& database) {
    return !on.query("SELECT FROM pg_database WHERE datname = $1", {database}).empty();
}

std::string create_statement(session& on, const std::string& name, const database_info& like) {
    auto sql = create_database_statement(name, locale_of(like));
    if (!on.query("SELECT FROM pg_roles WHERE rolname = $1", {like.owner}).empty()) {
        sql += " OWNER " + session::quote_name(like.owner);
    }
    return sql;
}

}  // namespace

database_locale locale_of(const database_info& like) {
    return {like.encoding, like.collate, like.ctype, like.locale_provider, like.locale};
}

void require_empty(session& on) {
    std::string found;
    int count = 0;
    for (const auto& line : on.query(kContents)) {
        if (++count > 5) {
            found += ", ...";
            break;
        }
        found += (found.empty() ? "" : ", ") + line.text(0);
    }
    if (found.empty()) return;
    throw error(error_code::refused, fmt::format("database \"{}\" is not empty", on.database()),
                "It holds " + found + ".",
                "Restore into an empty database, or use --create with a new name, or --replace to "
                "put the snapshot in its place.");
}

target_database::target_database(const restore_options& options)
    : options_(options), name_(session::database_of(options.target)) {
    if (options.mode != restore_target::empty && !options.tables.empty()) {
        throw error(error_code::usage, "single tables go into a database that exists", {},
                    "Leave out --create and --replace.");
    }
    if (options.mode == restore_target::empty) {
        const auto probe = connect();
        if (options.tables.empty()) require_empty(*probe);
        return;
    }
    if (options.mode == restore_target::create && exists(server(), name_)) {
        throw error(error_code::refused, fmt::format("database \"{}\" exists already", name_),
                    "With --create the database must not exist.",
                    "Choose another name, drop it first, or use --replace.");
    }
    temporary_ = temporary_name();
}

target_database::~target_database() {
    if (!created_) return;
    try {
        // The session may have been cancelled with the rest; a new one is sure to work.
        session(options_.target, "chronos restore", "postgres")
            .execute(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)",
                                 session::quote_name(temporary_)));
    } catch (const std::exception& failure) {
        if (options_.warning) {
            options_.warning(
                fmt::format("database \"{}\" holds a part of the snapshot and could not be "
                            "dropped: {}",
                            temporary_, failure.what()));
        }
    }
}

session& target_database::server() {
    if (!server_) {
        server_ = options_.mode == restore_target::empty
                      ? connect()
                      : std::make_unique<session>(options_.target, "chronos restore", "postgres");
    }
    return *server_;
}

void target_database::prepare(const database_info& like, const warn_function& warn) {
    if (temporary_.empty()) return;
    if (server().query("SELECT FROM pg_roles WHERE rolname = $1", {like.owner}).empty()) {
        warn(fmt::format("role \"{}\" does not exist: the database belongs to \"{}\"", like.owner,
                         server().user()));
    }
    try {
        server().execute(create_statement(server(), temporary_, like));
    } catch (const server_error& failure) {
        throw server_error(failure.code(),
                           fmt::format("could not create a database: {}", failure.what()),
                           failure.detail(),
                           failure.hint().empty()
                               ? "If this server lacks the locale, create an empty database with "
                                 "another one and restore into that."
                               : failure.hint(),
                           failure.sqlstate());
    }
    created_ = true;
}

std::unique_ptr<session> target_database::connect() const {
    return std::make_unique<session>(options_.target, "chronos restore", temporary_);
}

void target_database::complete() {
    if (temporary_.empty()) return;
    if (options_.mode == restore_target::replace && exists(server(), name_)) {
        swap();
    } else {
        server().execute(fmt::format("ALTER DATABASE {} RENAME TO {}",
                                     session::quote_name(temporary_), session::quote_name(name_)));
    }
    created_ = false;
}

void target_database::swap() {
    const auto old = temporary_name();
    const auto rename = [&](const std::string& from, const std::string& to) {
        server().execute(fmt::format("ALTER DATABASE {} RENAME TO {}", session::quote_name(from),
                                     session::quote_name(to)));
    };
    const auto allow = [&](const std::string& database, bool connections) {
        server().execute(fmt::format("ALTER DATABASE {} ALLOW_CONNECTIONS {}",
                                     session::quote_name(database), connections));
    };
    allow(name_, false);
    try {
        server().query(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1",
            {name_});
        rename(name_, old);
    } catch (...) {
        allow(name_, true);
        throw;
    }
    try {
        rename(temporary_, name_);
    } catch (...) {
        rename(old, name_);
        allow(name_, true);
        throw;
    }
    server().execute(fmt::format("DROP DATABASE {} WITH (FORCE)", session::quote_name(old)));
}

}  // namespace chronos::internal

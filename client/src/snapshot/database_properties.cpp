#include "snapshot/database_properties.hpp"

#include <fmt/format.h>

#include <array>

namespace chronos::internal {
namespace {

constexpr const char* kSettings = R"(
SELECT coalesce(quote_ident(r.rolname), ''), cfg
FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
CROSS JOIN unnest(s.setconfig) WITH ORDINALITY u(cfg, place)
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (s.setrole = 0 OR r.oid IS NOT NULL)
ORDER BY 1, place)";

constexpr const char* kRights = R"(
SELECT a.privilege_type, CASE a.grantee WHEN 0 THEN 'PUBLIC'
       ELSE quote_ident(pg_get_userbyid(a.grantee)) END, a.is_grantable
FROM pg_database d CROSS JOIN aclexplode(d.datacl) WITH ORDINALITY
     a(grantor, grantee, privilege_type, is_grantable, place)
WHERE d.datname = current_database() ORDER BY place)";

// Their stored value is a list of names with quotes of its own.
constexpr std::array<std::string_view, 5> kLists{
    "search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries",
    "shared_preload_libraries"};

// A statement with %I for the name of the database.
std::string in_this_database(const std::string& before, const std::string& statement) {
    const auto body =
        fmt::format("BEGIN {}EXECUTE pg_catalog.format({}, pg_catalog.current_database()); END",
                    before, session::quote_literal(statement));
    return fmt::format("DO {};\n", session::quote_literal(body));
}

std::string without_percent(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        result += letter;
        if (letter == '%') result += '%';
    }
    return result;
}

std::string quoted_setting(const std::string& name) {
    const auto dot = name.find('.');
    if (dot == std::string::npos) return session::quote_name(name);
    return session::quote_name(name.substr(0, dot)) + "." +
           session::quote_name(name.substr(dot + 1));
}

std::string setting(const std::string& role, const std::string& assignment) {
    const auto sign = assignment.find('=');
    const auto name = assignment.substr(0, sign);
    const auto text = session::quote_literal(assignment.substr(sign + 1));
    const auto target = role.empty() ? "ALTER DATABASE %I"
                                     : "ALTER ROLE " + without_percent(role) + " IN DATABASE %I";
    const auto set = target + " SET " + without_percent(quoted_setting(name));
    for (const auto list : kLists) {
        if (name != list) continue;
        return in_this_database(fmt::format("PERFORM pg_catalog.set_config({}, {}, true); ",
                                            session::quote_literal(name), text),
                                set + " FROM CURRENT");
    }
    return in_this_database("", set + " TO " + without_percent(text));
}

}  // namespace

std::string database_properties(session& on) {
    std::string sql;
    for (const auto& line : on.query(kSettings)) sql += setting(line.text(0), line.text(1));
    const auto rights = on.query(kRights);
    if (!rights.empty()) sql += in_this_database("", "REVOKE ALL ON DATABASE %I FROM PUBLIC");
    for (const auto& line : rights) {
        sql += in_this_database("", fmt::format("GRANT {} ON DATABASE %I TO {}{}", line.text(0),
                                                without_percent(line.text(1)),
                                                line.flag(2) ? " WITH GRANT OPTION" : ""));
    }
    const auto comment = on.query_one(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
        "WHERE datname = current_database()");
    if (!comment.is_null(0)) {
        sql += in_this_database("", "COMMENT ON DATABASE %I IS " +
                                        without_percent(session::quote_literal(comment.text(0))));
    }
    if (sql.empty()) return sql;
    return "\n--\n-- Name: DATABASE; Type: DATABASE PROPERTIES; Schema: -; Owner: -\n--\n\n" + sql;
}

}  // namespace chronos::internal

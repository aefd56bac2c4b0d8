#include "migrations/migration_scopes.hpp"

#include <fmt/format.h>

#include <set>

namespace chronos::internal {

namespace {

std::string like_of(const std::string& pattern) {
    std::string result;
    for (const char c : pattern) {
        if (c == '%' || c == '_' || c == '\\') result += '\\';
        result += c == '*' ? '%' : c == '?' ? '_' : c;
    }
    return result;
}

}  // namespace

std::vector<std::string> migration_scopes(session& on, const std::vector<std::string>& patterns) {
    if (patterns.empty()) return {""};
    std::set<std::string> names;
    for (const std::string& pattern : patterns) {
        const auto found = on.query(
            "SELECT n.nspname FROM pg_catalog.pg_namespace AS n"
            " WHERE n.nspname LIKE $1 AND n.nspname NOT LIKE 'pg\\_%'"
            "  AND n.nspname NOT IN ('information_schema', 'chronos')",
            {like_of(pattern)});
        if (found.size() == 0)
            throw error(error_code::not_found, fmt::format("no schema fits \"{}\"", pattern));
        for (const row& one : found) names.insert(one.text(0));
    }
    return {names.begin(), names.end()};
}

void enter_scope(session& on, const std::string& scope) {
    if (scope.empty()) return;
    (void)on.query(
        "SELECT pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ',"
        " pg_catalog.quote_ident($1), nullif(pg_catalog.current_setting('search_path'), '')),"
        " false)",
        {scope});
}

}  // namespace chronos::internal

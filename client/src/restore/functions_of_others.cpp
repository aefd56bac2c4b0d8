#include "restore/functions_of_others.hpp"

#include <fmt/format.h>

namespace chronos::internal {
namespace {

// Indexes, foreign keys and statistics run as the table's owner. Operators and types bring the
// functions that they are made of. Base types and operator classes are made by superusers.
constexpr const char* kFunctions = R"(
WITH RECURSIVE loaded AS (
    SELECT t::pg_catalog.regclass::oid AS oid FROM unnest($1::text[]) t
), used (class, oid) AS (
    SELECT 'pg_constraint'::regclass::oid, c.oid
    FROM pg_constraint c JOIN loaded l ON l.oid = c.conrelid WHERE c.contype = 'c'
    UNION ALL
    SELECT 'pg_attrdef'::regclass, d.oid
    FROM pg_attrdef d JOIN loaded l ON l.oid = d.adrelid
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''
    UNION ALL
    SELECT 'pg_class'::regclass, l.oid FROM loaded l
    UNION
    SELECT f.class, f.oid FROM used u CROSS JOIN LATERAL (
        SELECT d.refclassid, d.refobjid FROM pg_depend d
        WHERE d.classid = u.class AND d.objid = u.oid AND u.class <> 'pg_proc'::regclass
          AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass)
        UNION ALL
        SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c
        WHERE u.class = 'pg_type'::regclass AND c.contypid = u.oid
        UNION ALL
        SELECT 'pg_class'::regclass, t.typrelid FROM pg_type t
        WHERE u.class = 'pg_type'::regclass AND t.oid = u.oid AND t.typrelid <> 0
    ) f (class, oid)
)
SELECT p.oid::regprocedure::text || ' of ' || r.rolname
FROM used u JOIN pg_proc p ON p.oid = u.oid JOIN pg_roles r ON r.oid = p.proowner
WHERE u.class = 'pg_proc'::regclass AND NOT r.rolsuper AND r.rolname <> current_user
ORDER BY 1)";

std::string array_literal(const std::vector<std::string>& texts) {
    std::string result;
    for (const auto& text : texts) {
        std::string escaped;
        for (const char letter : text) {
            if (letter == '"' || letter == '\\') escaped += '\\';
            escaped += letter;
        }
        result += (result.empty() ? "\"" : ",\"") + escaped + "\"";
    }
    return "{" + result + "}";
}

}  // namespace

void refuse_functions_of_others(session& on, const std::vector<std::string>& tables) {
    std::string found;
    for (const auto& line : on.query(kFunctions, {array_literal(tables)})) {
        found += (found.empty() ? "" : ", ") + line.text(0);
    }
    if (found.empty()) return;
    throw error(
        error_code::refused,
        fmt::format("loading table {} runs functions of other roles", tables.front()),
        fmt::format("It would run them with all rights of \"{}\": {}.",
                    on.query_one("SELECT current_user").text(0), found),
        "Look at what they do first. If it is harmless: chronos.undrop(..., run_functions => "
        "true).");
}

}  // namespace chronos::internal

#include "snapshot/catalog.hpp"

#include <fmt/format.h>

#include <map>
#include <unordered_map>

namespace chronos::internal {
namespace {

// Members of extensions are made by CREATE EXTENSION; those that it marks as configuration hold
// data.
constexpr const char* kTables = R"(
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relam = 2, x.oid IS NOT NULL,
       x.condition
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (SELECT unnest(extconfig) AS oid, unnest(extcondition) AS condition FROM pg_extension) x
       ON x.oid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
  AND (x.oid IS NOT NULL
       OR (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                           AND d.objid = c.oid AND d.deptype = 'e')))
ORDER BY x.oid IS NULL, n.nspname, c.relname)";

// Extension tables that refer to each other must be loaded in that order: their foreign keys exist.
constexpr const char* kExtensionReferences = R"(
SELECT conrelid, confrelid FROM pg_constraint
WHERE contype = 'f' AND conrelid <> confrelid AND conrelid = ANY($1::oid[]))";

constexpr const char* kSizes = R"(
SELECT c.oid, coalesce(pg_relation_size(c.oid), 0),
       CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE coalesce(pg_relation_size(c.reltoastrelid), 0) END
FROM pg_class c WHERE c.oid = ANY($1::oid[]) AND c.relkind = 'r')";

// Binary is safe where a value's bytes mean the same in another database of another version: not
// for types that carry oids (reg*, arrays of user types, composites) or that extensions may change.
constexpr const char* kColumns = R"(
WITH RECURSIVE safe(oid) AS (
    SELECT t.oid FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    WHERE t.oid < 16384 AND t.typnamespace = 'pg_catalog'::regnamespace
      AND t.typtype IN ('b', 'r', 'm') AND t.typsend <> 0 AND t.typreceive <> 0
      AND t.typname !~ '^_?(reg|xml$|pg_node_tree|pg_.*_items|pg_ndistinct|pg_dependencies|pg_mcv)'
      AND (e.oid IS NULL OR e.typtype IN ('b', 'r', 'm'))
    UNION ALL SELECT oid FROM pg_type WHERE typtype = 'e'
    UNION ALL SELECT d.oid FROM pg_type d JOIN safe ON d.typbasetype = safe.oid
              WHERE d.typtype = 'd'
)
SELECT a.attrelid, a.attname, EXISTS (SELECT FROM safe WHERE safe.oid = a.atttypid)
FROM pg_attribute a
WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attrelid, a.attnum)";

constexpr const char* kSequences = R"(
SELECT n.nspname, c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't'
  AND (EXISTS (SELECT FROM pg_extension x WHERE c.oid = ANY(x.extconfig))
       OR (n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                           AND d.objid = c.oid AND d.deptype = 'e')))
ORDER BY n.nspname, c.relname)";

constexpr const char* kMatviews = R"(
SELECT c.oid, n.nspname, c.relname, c.relkind = 'm' AND c.relispopulated
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('m', 'v') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname)";

constexpr const char* kViewReferences = R"(
SELECT DISTINCT r.ev_class, d.refobjid
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('m', 'v')
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
  AND d.refobjid <> r.ev_class)";

constexpr std::size_t kSequencesAtOnce = 200;

using references = std::multimap<std::uint32_t, std::uint32_t>;

references read_references(session& on, std::string_view sql,
                           const std::vector<value>& parameters) {
    references result;
    for (const auto& line : on.query(sql, parameters)) {
        result.emplace(static_cast<std::uint32_t>(line.number(0)),
                       static_cast<std::uint32_t>(line.number(1)));
    }
    return result;
}

// What an object refers to comes before it; otherwise the order stays.
std::vector<std::uint32_t> ordered(const std::vector<std::uint32_t>& objects,
                                   const references& refers_to) {
    std::vector<std::uint32_t> result;
    std::map<std::uint32_t, bool> seen;
    const std::function<void(std::uint32_t)> visit = [&](std::uint32_t object) {
        if (!seen.emplace(object, true).second) return;
        const auto [first, last] = refers_to.equal_range(object);
        for (auto next = first; next != last; ++next) visit(next->second);
        result.push_back(object);
    };
    for (const auto object : objects) visit(object);
    return result;
}

void order_extension_tables(session& on, std::vector<source_table>& tables) {
    std::vector<source_table> extension;
    std::vector<std::uint32_t> oids;
    while (extension.size() < tables.size() &&
           tables[extension.size()].kind == table_kind::extension) {
        oids.push_back(tables[extension.size()].oid);
        extension.push_back(tables[extension.size()]);
    }
    if (extension.empty()) return;
    std::size_t place = 0;
    for (const auto oid :
         ordered(oids, read_references(on, kExtensionReferences, {oid_array(extension)}))) {
        for (auto& table : extension) {
            if (table.oid == oid) tables[place++] = std::move(table);
        }
    }
}

}  // namespace

std::string oid_array(const std::vector<source_table>& tables) {
    std::string list = "{";
    for (const auto& table : tables) {
        if (list.size() > 1) list += ',';
        list += std::to_string(table.oid);
    }
    return list + "}";
}

std::string source_table::quoted() const {
    return session::quote_name(schema) + "." + session::quote_name(name);
}

std::vector<source_table> list_tables(session& on) {
    std::vector<source_table> tables;
    for (const auto& line : on.query(kTables)) {
        source_table table;
        table.oid = static_cast<std::uint32_t>(line.number(0));
        table.schema = line.text(1);
        table.name = line.text(2);
        table.has_rows_of_its_own = line.text(3) == "r";
        table.unlogged = line.text(4) == "u";
        table.is_heap = line.flag(5);
        table.kind = line.flag(6) ? table_kind::extension : table_kind::table;
        table.condition = line.text(7);
        tables.push_back(std::move(table));
    }
    order_extension_tables(on, tables);
    return tables;
}

void describe_tables(session& on, std::vector<source_table>& tables) {
    std::unordered_map<std::uint32_t, source_table*> by_oid;
    for (auto& table : tables) by_oid[table.oid] = &table;
    const std::vector<value> oids{oid_array(tables)};
    for (const auto& line : on.query(kSizes, oids)) {
        auto& table = *by_oid.at(static_cast<std::uint32_t>(line.number(0)));
        table.heap_bytes = static_cast<std::uint64_t>(line.number(1));
        table.toast_bytes = static_cast<std::uint64_t>(line.number(2));
    }
    for (const auto& line : on.query(kColumns, oids)) {
        auto& table = *by_oid.at(static_cast<std::uint32_t>(line.number(0)));
        table.columns.push_back(line.text(1));
        if (!line.flag(2)) table.format = copy_format::text;
    }
}

database_info read_database(session& on) {
    const auto* locale = on.server_version() >= 170000 ? "datlocale" : "daticulocale";
    const auto found = on.query_one(fmt::format(
        "SELECT datname, oid, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, "
        "datctype, CASE datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' "
        "END, "
        "{} FROM pg_database WHERE datname = current_database()",
        locale));
    return {found.text(0), static_cast<std::uint32_t>(found.number(1)),
            found.text(2), found.text(3),
            found.text(4), found.text(5),
            found.text(6), found.text(7)};
}

server_info read_server(session& on) {
    const auto found = on.query_one(
        "SELECT current_setting('server_version'), "
        "has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')");
    server_info server{on.server_version(), found.text(0), {}};
    if (found.flag(1)) {
        server.system_identifier =
            on.query_one("SELECT system_identifier FROM pg_control_system()").text(0);
    }
    return server;
}

std::vector<sequence_state> read_sequences(session& on) {
    std::vector<sequence_state> sequences;
    for (const auto& line : on.query(kSequences)) {
        sequences.push_back({line.text(0), line.text(1), 0, false});
    }
    for (std::size_t first = 0; first < sequences.size(); first += kSequencesAtOnce) {
        std::string sql;
        const auto last = std::min(sequences.size(), first + kSequencesAtOnce);
        for (auto i = first; i < last; ++i) {
            sql += fmt::format("{}SELECT {}, last_value, is_called FROM {}.{}",
                               sql.empty() ? "" : " UNION ALL ", i,
                               session::quote_name(sequences[i].schema),
                               session::quote_name(sequences[i].name));
        }
        for (const auto& line : on.query(sql)) {
            auto& sequence = sequences.at(static_cast<std::size_t>(line.number(0)));
            sequence.last_value = line.number(1);
            sequence.is_called = line.flag(2);
        }
    }
    return sequences;
}

std::vector<relation_name> list_matviews(session& on) {
    std::map<std::uint32_t, relation_name> populated;
    std::vector<std::uint32_t> views;
    for (const auto& line : on.query(kMatviews)) {
        const auto oid = static_cast<std::uint32_t>(line.number(0));
        views.push_back(oid);
        if (line.flag(3)) populated[oid] = {line.text(1), line.text(2)};
    }
    std::vector<relation_name> result;
    if (populated.empty()) return result;
    for (const auto oid : ordered(views, read_references(on, kViewReferences, {}))) {
        if (const auto found = populated.find(oid); found != populated.end()) {
            result.push_back(found->second);
        }
    }
    return result;
}

}  // namespace chronos::internal

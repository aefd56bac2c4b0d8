#include "snapshot/large_objects.hpp"

#include <fmt/format.h>

#include "snapshot/piece_builder.hpp"

namespace chronos::internal {
namespace {

constexpr const char* kDefinitions = R"(
SELECT format('SELECT pg_catalog.lo_create(%L);', m.oid)
       || format(E'\nALTER LARGE OBJECT %s OWNER TO %I;', m.oid, pg_get_userbyid(m.lomowner))
       || CASE WHEN m.lomacl IS NULL THEN '' ELSE
              format(E'\nREVOKE ALL ON LARGE OBJECT %s FROM %I;', m.oid, pg_get_userbyid(m.lomowner))
              || (SELECT coalesce(string_agg(format(E'\nGRANT %s ON LARGE OBJECT %s TO %s%s;',
                      a.privilege_type, m.oid,
                      CASE a.grantee WHEN 0 THEN 'PUBLIC'
                           ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                      CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), ''), '')
                  FROM aclexplode(m.lomacl) a) END
       || coalesce(format(E'\nCOMMENT ON LARGE OBJECT %s IS %L;', m.oid,
                          obj_description(m.oid, 'pg_largeobject')), '')
FROM pg_largeobject_metadata m ORDER BY m.oid)";

// Whole pages as the server keeps them; only superusers may.
constexpr const char* kPages =
    "COPY (SELECT loid, pageno::pg_catalog.int8 * (current_setting('block_size')::pg_catalog.int8 "
    "/ 4), "
    "data FROM pg_catalog.pg_largeobject) TO STDOUT (FORMAT binary)";

// What any reader of an object may do: a megabyte at a time.
std::string by_function(std::int64_t oid, std::int64_t size) {
    return fmt::format(
        "COPY (SELECT {0}::pg_catalog.oid, p, pg_catalog.lo_get({0}, p, 1048576) "
        "FROM pg_catalog.generate_series(0::pg_catalog.int8, {1}, 1048576) p) TO STDOUT (FORMAT "
        "binary)",
        oid, size - 1);
}

}  // namespace

std::string large_object_definitions(session& on) {
    std::string sql;
    for (const auto& line : on.query(kDefinitions)) sql += line.text(0) + "\n";
    return sql.empty()
               ? sql
               : "\n--\n-- Name: LARGE OBJECTS; Type: BLOB; Schema: -; Owner: -\n--\n\n" + sql;
}

large_object_data export_large_objects(session& on, writing_session& into,
                                       const interruption& interrupted) {
    large_object_data data;
    const auto state = on.query_one(
        "SELECT (SELECT count(*) FROM pg_largeobject_metadata), "
        "has_table_privilege('pg_catalog.pg_largeobject', 'SELECT')");
    data.count = static_cast<std::uint64_t>(state.number(0));
    if (data.count == 0) return data;
    piece_builder builder(copy_format::binary,
                          [&](std::string_view plain) { return into.put_object(plain); });
    const auto copy = [&](const std::string& sql) {
        builder.begin_stream();
        on.copy_out(sql, [&](std::string_view message) {
            interrupted.check();
            builder.add_message(message);
        });
    };
    if (state.flag(1)) {
        copy(kPages);
    } else {
        for (const auto& line : on.query("SELECT oid FROM pg_largeobject_metadata ORDER BY oid")) {
            const auto size = on.query_one(
                fmt::format("SELECT lo_lseek64(lo_open({}, 262144), 0, 2)", line.number(0)));
            if (size.number(0) > 0) copy(by_function(line.number(0), size.number(0)));
        }
    }
    builder.finish();
    data.bytes = builder.bytes();
    data.pieces = builder.pieces();
    return data;
}

}  // namespace chronos::internal

// Manifests and snapshots for tests.
#pragma once

#include <string>

#include "repository/manifest.hpp"
#include "repository/restore_script.hpp"
#include "repository/writing_session.hpp"

namespace chronos::internal {

inline std::string sample_id(int number) {
    const std::string digits = std::to_string(1000 + number);
    return "20261123T04" + digits + "Z-0000" + digits;
}

// Puts a snapshot of one table with the given pieces.
inline manifest sample_manifest(writing_session& session, const std::string& id,
                                const std::vector<std::string>& pieces,
                                const std::string& label = {}) {
    manifest of;
    of.id = id;
    of.label = label;
    of.created_at = *parse_timestamp("2026-11-23T04:" + id.substr(11, 2) + ":" + id.substr(13, 2));
    of.tool_version = "0.1.0";
    of.server = {150018, "15.18", "7300000000000000001"};
    of.database = {"app", 16384, "postgres", "UTF8", "C", "C", "libc", ""};
    of.chronos = chronos_info{"6f1c7d4e-0000-4000-8000-000000000001", 42, "ab12"};
    of.pre_data = session.put_object("CREATE TABLE public.orders (id int);\n");
    of.post_data = session.put_object("CREATE INDEX ON public.orders (id);\n");
    of.globals = session.put_object("CREATE ROLE app;\n");
    table_data table{"public", "orders", table_kind::table, {"id"}, copy_format::text, 0, 0, {},
                     {},       {}};
    for (const std::string& plain : pieces) {
        table.pieces.push_back({session.put_object(plain), 1});
        table.rows += 1;
        table.bytes += plain.size();
    }
    of.tables.push_back(table);
    of.sequences.push_back({"public", "orders_id_seq", 7, true});
    of.restore_script = session.put_object(restore_script(of));
    return of;
}

}  // namespace chronos::internal

// chronos.live_view.
#include "live/column.hpp"
#include "live/kinds.hpp"
#include "live/needs.hpp"
#include "live/privileges.hpp"

extern "C" {
#include <utils/fmgrprotos.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

bool is_plain(const FormData_pg_class& row) {
    return row.relkind == RELKIND_VIEW && row.reloftype == InvalidOid &&
           is_lasting(RelationRelationId, row.oid);
}

// As rtrim(…, ';') does; null if there is none.
char* query_of(Oid view) {
    char* const found = printed_by(pg_get_viewdef, view);
    for (std::size_t size = found == nullptr ? 0 : strlen(found);
         size > 0 && found[size - 1] == ';'; --size) {
        found[size - 1] = '\0';
    }
    return found;
}

}  // namespace

sight describe_view(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    const char* const name = row.relpersistence == RELPERSISTENCE_TEMP
                                 ? nullptr
                                 : qualified_name(row.relnamespace, NameStr(row.relname));
    if (name == nullptr) {
        return sight::nothing;
    }
    const char* const owner = GetUserNameFromId(row.relowner, true);
    const needs what = read_needs(RelationRelationId, row.oid);
    const char* const query = query_of(row.oid);
    if (owner == nullptr || query == nullptr || what.is_unusual || !is_plain(row)) {
        return sight::unusual;
    }
    jsonb_writer to;
    to.begin_object();
    to.text("owner", owner);
    if (!write_columns(to, "columns", row.oid, row.relowner)) {
        return sight::unusual;
    }
    to.text("query", query);
    bool null = false;
    const Datum options = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &null);
    write_texts(to, "options", options, null);
    to.text("comment", comment_on(RelationRelationId, row.oid));
    write_needs(to, nullptr, what);
    const Datum grants = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &null);
    if (!write_privileges(to, OBJECT_TABLE, grants, null, row.relowner)) {
        return sight::unusual;
    }
    to.end_object();
    out = {"view", name, to.finish()};
    return sight::described;
}

}  // namespace chronos::live

// chronos.live_schema.
#include "live/kinds.hpp"
#include "live/privileges.hpp"

extern "C" {
#include <catalog/pg_namespace.h>
#include <utils/syscache.h>
}

namespace chronos::live {

sight describe_schema(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_namespace>(GETSTRUCT(tuple));
    const char* const name = NameStr(row.nspname);
    if (!is_watched_schema(name)) {
        return sight::nothing;
    }
    const char* const owner = GetUserNameFromId(row.nspowner, true);
    // Every new database has a schema public, with grants of its own.
    if (owner == nullptr || strcmp(name, "public") == 0) {
        return sight::unusual;
    }
    jsonb_writer to;
    to.begin_object();
    to.text("owner", owner);
    to.text("comment", comment_on(NamespaceRelationId, row.oid));
    bool no_grants = false;
    const Datum grants = SysCacheGetAttr(NAMESPACEOID, tuple, Anum_pg_namespace_nspacl, &no_grants);
    if (!write_privileges(to, OBJECT_SCHEMA, grants, no_grants, row.nspowner)) {
        return sight::unusual;
    }
    to.end_object();
    out = {"schema", quote_identifier(name), to.finish()};
    return sight::described;
}

}  // namespace chronos::live

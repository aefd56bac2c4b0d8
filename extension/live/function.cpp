// chronos.live_function: functions; procedures and aggregates are left to it.
#include "live/kinds.hpp"
#include "live/needs.hpp"
#include "live/privileges.hpp"

extern "C" {
#include <catalog/pg_proc.h>
#include <utils/fmgrprotos.h>
#include <utils/regproc.h>
#include <utils/syscache.h>
}

namespace chronos::live {

namespace {

bool is_part_of_another(Oid function) {
    rows_of rows = needs_of(ProcedureRelationId, function);
    bool found = false;
    while (const HeapTuple tuple = rows.next()) {
        found = found || depend_row(tuple).deptype == DEPENDENCY_INTERNAL;
    }
    rows.close();
    return found;
}

// As rtrim(…, E'\n') does; null if there is none.
char* definition_of(Oid function) {
    char* const found = printed_by(pg_get_functiondef, function);
    for (std::size_t size = found == nullptr ? 0 : strlen(found);
         size > 0 && found[size - 1] == '\n'; --size) {
        found[size - 1] = '\0';
    }
    return found;
}

}  // namespace

sight describe_function(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    if (qualified_name(row.pronamespace, NameStr(row.proname)) == nullptr) {
        return sight::nothing;
    }
    bool no_transforms = false;
    (void)SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_protrftypes, &no_transforms);
    const char* const owner = GetUserNameFromId(row.proowner, true);
    const bool usual_kind = row.prokind == PROKIND_FUNCTION || row.prokind == PROKIND_WINDOW;
    if (!usual_kind || !no_transforms || owner == nullptr || is_part_of_another(row.oid)) {
        return sight::unusual;
    }
    const needs what = read_needs(ProcedureRelationId, row.oid);
    const char* const definition = definition_of(row.oid);
    if (definition == nullptr || what.is_unusual ||
        (what.keys != NIL && !is_lasting(ProcedureRelationId, row.oid))) {
        return sight::unusual;
    }
    jsonb_writer to;
    to.begin_object();
    to.text("owner", owner);
    to.text("definition", definition);
    to.text("comment", comment_on(ProcedureRelationId, row.oid));
    write_needs(to, nullptr, what);
    bool no_grants = false;
    const Datum grants = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &no_grants);
    if (!write_privileges(to, OBJECT_FUNCTION, grants, no_grants, row.proowner)) {
        return sight::unusual;
    }
    to.end_object();
    out = {"function", format_procedure(row.oid), to.finish()};
    return sight::described;
}

}  // namespace chronos::live

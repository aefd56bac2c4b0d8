// chronos.live_trigger.
#include "live/kinds.hpp"
#include "live/needs.hpp"

extern "C" {
#include <catalog/pg_proc.h>
#include <catalog/pg_trigger.h>
#include <commands/trigger.h>
#include <utils/fmgrprotos.h>
}

namespace chronos::live {

namespace {

// Null: as usual.
const char* state_of(char enabled) {
    switch (enabled) {
        case TRIGGER_DISABLED:
            return "disable";
        case TRIGGER_FIRES_ON_REPLICA:
            return "enable replica";
        case TRIGGER_FIRES_ALWAYS:
            return "enable always";
        default:
            return nullptr;
    }
}

}  // namespace

sight describe_trigger(HeapTuple tuple, description& out) {
    const auto& row = *reinterpret_cast<Form_pg_trigger>(GETSTRUCT(tuple));
    if (OidIsValid(row.tgparentid)) {
        return sight::unusual;
    }
    const relation_name table = row.tgisinternal ? relation_name() : name_relation(row.tgrelid);
    if (table.identity == nullptr) {
        return sight::nothing;
    }
    const bool plain_table =
        table.relkind == RELKIND_RELATION || table.relkind == RELKIND_PARTITIONED_TABLE;
    if (!plain_table || table.is_unusual || !is_lasting(TriggerRelationId, row.oid, row.tgrelid)) {
        return sight::unusual;
    }
    const char* const definition = printed_by(pg_get_triggerdef, row.oid);
    if (definition == nullptr) {
        return sight::unusual;
    }
    jsonb_writer to;
    to.begin_object();
    to.text("table", table.identity);
    to.text("name", NameStr(row.tgname));
    to.text("definition", definition);
    to.text("enabled", state_of(row.tgenabled));
    to.text("comment", comment_on(TriggerRelationId, row.oid));
    to.end_object();
    out = {"trigger", psprintf("%s on %s", quote_identifier(NameStr(row.tgname)), table.identity),
           to.finish()};
    return sight::described;
}

}  // namespace chronos::live

#include "history/tool_labels.hpp"

#include "backend/door.hpp"
#include "backend/fault.hpp"
#include "backend/subtransaction.hpp"
#include "history/statements.hpp"
#include "history/store_tables.hpp"
#include "tools/tool_table.hpp"

extern "C" {
#include <access/stratnum.h>
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <catalog/pg_collation.h>
#include <catalog/pg_type.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::plan;
using backend::value;

constinit plan settle_plan("SELECT chronos.settle_tool_labels($1, $2)", INT8OID, BOOLOID);

namespace state_column {
enum : AttrNumber { relation = 1, identity, tool, mark, heads };
}

// Inside call().
bool is_as_seen(const store_scan& scan, HeapTuple tuple) {
    bool null = false;
    const Oid relation = DatumGetObjectId(scan.get(tuple, state_column::relation, null));
    const std::int64_t mark = DatumGetInt64(scan.get(tuple, state_column::mark, null));
    tools::tool_table table(relation);
    if (!table.is_open()) {
        return !table.is_gone();
    }
    const bool same = table.mark() == mark;
    table.close();
    return same;
}

// Inside call().
bool is_name_of_tool(const char* name) {
    ScanKeyData key;
    ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid, DEFAULT_COLLATION_OID,
                           F_TEXTEQ, CStringGetTextDatum(name));
    store_scan scan("tool", "tool_pkey", &key, 1);
    const bool found = HeapTupleIsValid(scan.next());
    scan.close();
    return found;
}

bool makes_tool_table(const differences& found) {
    const difference* const items = found.rows.data();
    const std::size_t count = found.rows.size();
    return call([items, count] {
        for (std::size_t i = 0; i < count; ++i) {
            const difference& each = items[i];
            if (each.hash != nullptr && each.classid == RelationRelationId &&
                strcmp(each.kind, "table") == 0) {
                const char* const name = get_rel_name(each.objid);
                if (name != nullptr && is_name_of_tool(name)) {
                    return true;
                }
            }
        }
        return false;
    });
}

void settle(value number, bool everywhere) {
    statements connection;
    settle_plan.write({number, BoolGetDatum(everywhere)});
    connection.close();
}

void warn(const backend::backend_error& error) {
    const char* const reason = error.what();
    const int state = error.sqlstate();
    call([reason, state] {
        ereport(WARNING,
                (errcode(state),
                 errmsg("chronos could not read the revision of a migration tool: %s", reason)));
    });
}

template <typename Fn>
void in_part(Fn&& work) {
    try {
        backend::subtransaction part;
        work();
        part.commit();
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
            throw;
        }
        // Somebody has just locked the table: the next look will do.
        if (error.sqlstate() != ERRCODE_LOCK_NOT_AVAILABLE) {
            warn(error);
        }
    }
}

}  // namespace

bool has_tool_news() {
    return call([] {
        bool found = false;
        store_scan scan("tool_state");
        while (const HeapTuple tuple = found ? nullptr : scan.next()) {
            found = !is_as_seen(scan, tuple);
        }
        scan.close();
        return found;
    });
}

void settle_tool_labels(std::int64_t number, const differences& found) {
    backend::step("tools");
    call([] { CommandCounterIncrement(); });
    const bool everywhere = makes_tool_table(found);
    if (everywhere || has_tool_news()) {
        in_part([number, everywhere] { settle(Int64GetDatum(number), everywhere); });
    }
}

void settle_tool_labels() {
    in_part([] { settle({}, true); });
}

}  // namespace chronos::history

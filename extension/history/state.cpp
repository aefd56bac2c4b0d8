#include "history/state.hpp"

#include "backend/door.hpp"
#include "backend/memory.hpp"
#include "backend/session.hpp"
#include "history/head.hpp"
#include "history/statements.hpp"
#include "history/store_tables.hpp"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <utils/datum.h>
#include <utils/fmgroids.h>
#include <utils/snapmgr.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::cell;
using backend::value;

constinit backend::plan arrived_plan(
    "SELECT s.timeline FROM chronos.newest_arrived_timeline() s(timeline) "
    // Half of a history, in the middle of a parallel restore, is not continued.
    "WHERE s.timeline IS NOT NULL AND chronos.is_complete(s.timeline)");

namespace local_column {
enum : AttrNumber { one = 1, timeline, loading, compared_at, compared_by };
}
namespace timeline_column {
enum : AttrNumber { id = 1, parent };
}
namespace gap_column {
enum : AttrNumber { attempts = 5 };
}

// Inside call().
value copied(const store_scan& scan, HeapTuple tuple, AttrNumber column, int length) {
    bool null = false;
    const Datum found = scan.get(tuple, column, null);
    if (null) {
        return {};
    }
    return length == -1 ? PointerGetDatum(PG_DETOAST_DATUM_COPY(found))
                        : datumCopy(found, length <= 8, length);
}

void read_local(state& to, int server) {
    store_scan scan("local");
    if (const HeapTuple tuple = scan.next()) {
        bool null = false;
        to.line = copied(scan, tuple, local_column::timeline, UUID_LEN);
        to.loading = DatumGetBool(scan.get(tuple, local_column::loading, null));
        to.compared_at = copied(scan, tuple, local_column::compared_at, 8);
        const Datum by = scan.get(tuple, local_column::compared_by, null);
        to.other_server = !null && DatumGetInt32(by) != server;
    }
    scan.close();
}

void read_newest_version(state& to) {
    const Relation table = table_open(store_relation("version"), AccessShareLock);
    const Relation index = index_open(store_relation("version_pkey"), AccessShareLock);
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    ScanKeyData key;
    ScanKeyInit(&key, version_column::timeline, BTEqualStrategyNumber, F_UUID_EQ, to.line.datum);
    const SysScanDesc scan = systable_beginscan_ordered(table, index, snapshot, 1, &key);
    if (const HeapTuple tuple = systable_getnext_ordered(scan, BackwardScanDirection)) {
        bool null = false;
        const TupleDesc shape = RelationGetDescr(table);
        to.number = DatumGetInt64(heap_getattr(tuple, version_column::number, shape, &null));
        to.fingerprint = PointerGetDatum(
            PG_DETOAST_DATUM_COPY(heap_getattr(tuple, version_column::fingerprint, shape, &null)));
    }
    systable_endscan_ordered(scan);
    UnregisterSnapshot(snapshot);
    index_close(index, AccessShareLock);
    table_close(table, AccessShareLock);
}

bool has_gaps() {
    store_scan scan("gap");
    bool found = false;
    while (const HeapTuple tuple = scan.next()) {
        bool null = false;
        found = found || DatumGetInt32(scan.get(tuple, gap_column::attempts, null)) < kMostAttempts;
    }
    scan.close();
    return found;
}

// Whether another history came here with a dump, and this one continues none yet.
bool may_have_arrived(const state& at) {
    store_scan scan("timeline");
    bool has_others = false;
    bool is_root = false;
    while (const HeapTuple tuple = scan.next()) {
        bool null = false;
        const Datum id = scan.get(tuple, timeline_column::id, null);
        if (memcmp(DatumGetUUIDP(id), DatumGetUUIDP(at.line.datum), UUID_LEN) == 0) {
            (void)scan.get(tuple, timeline_column::parent, is_root);
        } else {
            has_others = true;
        }
    }
    scan.close();
    return has_others && is_root;
}

// The last state that was read with nothing to settle, and the generation of the head it is of.
struct remembered {
    std::uint64_t generation = 0;
    bool is_filled = false;
    pg_uuid_t line{};
    std::int64_t number = 0;
};
constinit remembered last;

value newest_arrived(MemoryContext memory) {
    statements connection;
    const value found = arrived_plan.read({}) > 0 ? cell(0, 0, memory) : value();
    connection.close();
    return found;
}

}  // namespace

state read_state(MemoryContext memory) {
    state out;
    state* const to = &out;
    const int server = backend::server_version();
    const bool look = call([to, memory, server] {
        const MemoryContext before = MemoryContextSwitchTo(memory);
        read_local(*to, server);
        bool found = false;
        if (!to->line.is_null) {
            read_newest_version(*to);
            to->gaps = has_gaps();
            found = may_have_arrived(*to);
        }
        MemoryContextSwitchTo(before);
        return found;
    });
    if (out.line.is_null) {
        call([] {
            ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("chronos.local has no row"),
                            errhint("Insert one with the timeline that this database continues; "
                                    "chronos.timeline lists those that are stored.")));
        });
    }
    if (look) {
        out.arrived = newest_arrived(memory);
    }
    return out;
}

state glance_at_state(MemoryContext memory) {
    const std::uint64_t generation = head_generation();
    if (!last.is_filled || last.generation != generation) {
        last.is_filled = false;
        const state read = read_state(memory);
        if (read.number > 0 && !read.loading && read.arrived.is_null) {
            last = {generation, true, *DatumGetUUIDP(read.line.datum), read.number};
        }
        return read;
    }
    state out;
    state* const to = &out;
    const backend::memory_scope in(memory);
    call([to] {
        to->line = datumCopy(UUIDPGetDatum(&last.line), false, UUID_LEN);
        to->number = last.number;
        to->gaps = has_gaps();
    });
    return out;
}

}  // namespace chronos::history

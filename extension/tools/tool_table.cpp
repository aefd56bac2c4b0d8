#include "tools/tool_table.hpp"

extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/relation.h>
#include <access/tableam.h>
#include <catalog/pg_class.h>
#include <common/hashfn.h>
#include <storage/bufmgr.h>
#include <storage/lmgr.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
}

namespace chronos::tools {

namespace {

// 32 MB: the records of thousands of migrations. What is larger only has the name.
constexpr BlockNumber kMostBlocks = 4096;

bool is_fit(Relation table) {
    const FormData_pg_class& is = *table->rd_rel;
    return is.relkind == RELKIND_RELATION && is.relpersistence != RELPERSISTENCE_TEMP &&
           table->rd_tableam == GetHeapamTableAmRoutine() &&
           RelationGetNumberOfBlocks(table) <= kMostBlocks;
}

}  // namespace

tool_table::tool_table(Oid relation) {
    if (!ConditionalLockRelationOid(relation, AccessShareLock)) {
        return;
    }
    is_gone_ = !SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation));
    if (!is_gone_) {
        table_ = relation_open(relation, NoLock);
        if (is_fit(table_)) {
            return;
        }
        relation_close(table_, NoLock);
        table_ = nullptr;
    }
    UnlockRelationOid(relation, AccessShareLock);
}

void tool_table::close() {
    if (table_ != nullptr) {
        relation_close(table_, AccessShareLock);
        table_ = nullptr;
    }
}

void tool_table::begin(bool with_dead) {
    // The newest, but the transaction gets none by it: SET TRANSACTION may still come first.
    snapshot_ =
        with_dead ? nullptr : RegisterSnapshot(GetCatalogSnapshot(RelationGetRelid(table_)));
    scan_ =
        table_beginscan_strat(table_, with_dead ? SnapshotAny : snapshot_, 0, nullptr, true, false);
}

HeapTuple tool_table::next() {
    CHECK_FOR_INTERRUPTS();
    return heap_getnext(scan_, ForwardScanDirection);
}

void tool_table::end() {
    table_endscan(scan_);
    if (snapshot_ != nullptr) {
        UnregisterSnapshot(snapshot_);
        snapshot_ = nullptr;
    }
}

std::int64_t tool_table::mark() {
    std::uint64_t sum = 1;
    int rows = 0;
    for_each([&sum, &rows](HeapTuple tuple) {
        if (++rows <= kMostRows) {
            // The transaction as it was written: freezing leaves it.
            const std::uint32_t place[] = {HeapTupleHeaderGetRawXmin(tuple->t_data),
                                           ItemPointerGetBlockNumber(&tuple->t_self),
                                           ItemPointerGetOffsetNumber(&tuple->t_self)};
            sum = hash_bytes_extended(reinterpret_cast<const unsigned char*>(place), sizeof(place),
                                      sum);
        }
    });
    return static_cast<std::int64_t>(sum);
}

bool tool_table::is_touched() {
    bool found = false;
    begin(true);
    while (const HeapTuple tuple = next()) {
        const HeapTupleHeader head = tuple->t_data;
        const bool is_removed = (head->t_infomask & HEAP_XMAX_INVALID) == 0 &&
                                !HEAP_XMAX_IS_LOCKED_ONLY(head->t_infomask);
        if (is_own(tuple) || (is_removed && TransactionIdIsCurrentTransactionId(
                                                HeapTupleHeaderGetUpdateXid(head)))) {
            found = true;
            break;
        }
    }
    end();
    return found;
}

bool is_own(HeapTuple tuple) {
    return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
}

}  // namespace chronos::tools

#include "pieces/page_scan.hpp"

#include "backend/fault.hpp"

extern "C" {
#include <access/htup_details.h>
#include <access/transam.h>
#include <access/xact.h>
#include <access/xlog.h>
#include <storage/bufmgr.h>
#include <storage/bufpage.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
}

namespace chronos::pieces {

namespace {

// A transaction of ours may be one that our own snapshot does not list as running.
bool has_ended(TransactionId id, Snapshot seen_by) {
    return !TransactionIdIsCurrentTransactionId(id) && !XidInMVCCSnapshot(id, seen_by);
}

bool is_made(HeapTupleHeader tuple, Snapshot seen_by) {
    return HeapTupleHeaderXminFrozen(tuple) || has_ended(HeapTupleHeaderGetRawXmin(tuple), seen_by);
}

// Who merely locks a row does not change it.
bool is_removed_or_kept(HeapTupleHeader tuple, Snapshot seen_by) {
    if ((tuple->t_infomask & HEAP_XMAX_INVALID) != 0 ||
        HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask)) {
        return true;
    }
    return has_ended(HeapTupleHeaderGetUpdateXid(tuple), seen_by);
}

bool is_settled(HeapTupleHeader tuple, Snapshot seen_by) {
    return (tuple->t_infomask & HEAP_MOVED) == 0 && is_made(tuple, seen_by) &&
           is_removed_or_kept(tuple, seen_by);
}

bool rows_are_settled(Page page, Snapshot seen_by) {
    const OffsetNumber most = PageGetMaxOffsetNumber(page);
    for (OffsetNumber number = FirstOffsetNumber; number <= most; ++number) {
        const ItemId item = PageGetItemId(page, number);
        if (!ItemIdIsNormal(item)) continue;
        if (!is_settled(reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item)), seen_by)) {
            return false;
        }
    }
    return true;
}

void add_page(page_facts& facts, Page page, Snapshot seen_by) {
    const bool is_new = PageIsNew(page);
    const XLogRecPtr lsn = is_new ? InvalidXLogRecPtr : PageGetLSN(page);
    facts.oldest = facts.pages == 0 ? lsn : Min(facts.oldest, lsn);
    facts.newest = Max(facts.newest, lsn);
    facts.new_pages += is_new ? 1 : 0;
    facts.settled = facts.settled && !is_new && rows_are_settled(page, seen_by);
    ++facts.pages;
}

}  // namespace

page_facts scan_pages(Relation relation, block_range range, Snapshot seen_by) {
    page_facts facts{seen_by != nullptr, 0, 0, InvalidXLogRecPtr, InvalidXLogRecPtr};
    // Later changes have LSNs beyond this one; without it, a page that changes after it was read is
    // hidden behind a newer LSN of one that is read later.
    const XLogRecPtr begun = GetXLogInsertRecPtr();
    // Counted now, under the snapshot: rows that it sees keep their pages.
    const BlockNumber last = Min(range.last, RelationGetNumberOfBlocks(relation));
    const char* const step = psprintf("pieces.%s", RelationGetRelationName(relation));
    const BufferAccessStrategy strategy = GetAccessStrategy(BAS_BULKREAD);
    for (BlockNumber block = range.first; block < last; ++block) {
        CHECK_FOR_INTERRUPTS();
        backend::step(step);
        const Buffer buffer =
            ReadBufferExtended(relation, MAIN_FORKNUM, block, RBM_NORMAL, strategy);
        // Without the lock an LSN may be read half old, half new.
        LockBuffer(buffer, BUFFER_LOCK_SHARE);
        add_page(facts, BufferGetPage(buffer), seen_by);
        UnlockReleaseBuffer(buffer);
    }
    FreeAccessStrategy(strategy);
    facts.settled = facts.settled && facts.newest <= begun;
    return facts;
}

}  // namespace chronos::pieces

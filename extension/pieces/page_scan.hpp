// What the pages of a block range say about themselves: how many there are, their LSNs, and whether
// every row on them is settled as a snapshot sees it.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <access/xlogdefs.h>
#include <storage/block.h>
#include <utils/relcache.h>
#include <utils/snapshot.h>
}

namespace chronos::pieces {

struct block_range {
    BlockNumber first;
    BlockNumber last;  // exclusive; InvalidBlockNumber: to the end of the relation
};

struct page_facts {
    bool settled;
    BlockNumber pages;
    BlockNumber new_pages;  // never written to; they count as LSN 0
    XLogRecPtr newest;
    XLogRecPtr oldest;
};

// Reads every page under a shared content lock. With a snapshot, it also looks at every row:
// settled means that each transaction that made or removed one had ended as the snapshot sees it,
// and that no page can have changed since the scan began. Without, nothing is called settled. To be
// called within backend::call(), with a lock on the relation.
[[nodiscard]] page_facts scan_pages(Relation relation, block_range range, Snapshot seen_by);

}  // namespace chronos::pieces

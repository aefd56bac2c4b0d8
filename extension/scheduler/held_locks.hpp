// Locks of the caller's own transaction that a snapshot would wait for. The deadlock detector
// cannot see that wait: the engine is a client of its own.
#pragma once

namespace chronos::scheduler {

// Raises an error that names the lock and the relation. Needs an active snapshot.
void refuse_held_locks();

}  // namespace chronos::scheduler

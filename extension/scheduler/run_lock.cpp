#include "scheduler/run_lock.hpp"

#include "backend/door.hpp"

extern "C" {
#include <storage/lock.h>
}

namespace chronos::scheduler {

void take_run_lock(run_lock which, std::int64_t key) {
    backend::call([which, key] {
        LOCKTAG tag;
        const auto bits = static_cast<std::uint64_t>(key);
        SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(bits >> 32),
                             static_cast<uint32>(bits), static_cast<std::uint16_t>(which));
        if (LockAcquire(&tag, ExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL) {
            elog(ERROR, "another worker holds the lock of this snapshot");
        }
    });
}

}  // namespace chronos::scheduler

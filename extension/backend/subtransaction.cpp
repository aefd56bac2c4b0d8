#include "backend/subtransaction.hpp"

#include "backend/door.hpp"

namespace chronos::backend {

subtransaction::subtransaction() : context_(CurrentMemoryContext), owner_(CurrentResourceOwner) {
    call([] { BeginInternalSubTransaction(nullptr); });
    MemoryContextSwitchTo(context_);
}

subtransaction::~subtransaction() {
    if (!open_) {
        return;
    }
    try {
        call([] { RollbackAndReleaseCurrentSubTransaction(); });
    } catch (const std::exception& error) {
        // Without the rollback nothing in this backend can be trusted any more.
        const char* const reason = error.what();
        ereport(FATAL, (errcode(ERRCODE_INTERNAL_ERROR),
                        errmsg("could not roll back a subtransaction of chronos: %s", reason)));
    }
    MemoryContextSwitchTo(context_);
    CurrentResourceOwner = owner_;
}

void subtransaction::commit() {
    call([] { ReleaseCurrentSubTransaction(); });
    open_ = false;
    MemoryContextSwitchTo(context_);
    CurrentResourceOwner = owner_;
}

}  // namespace chronos::backend

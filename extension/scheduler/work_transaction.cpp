#include "scheduler/work_transaction.hpp"

#include "backend/door.hpp"

extern "C" {
#include <catalog/pg_extension.h>
#include <commands/extension.h>
#include <storage/lmgr.h>
#include <utils/guc.h>
#include <utils/snapmgr.h>
}

namespace chronos::scheduler {

namespace {

// DROP EXTENSION locks the extension before its tables, in an order that is not ours: whoever comes
// second waits here instead of meeting the other in a deadlock.
void lock_extension() {
    const Oid extension = get_extension_oid("chronos", true);
    if (OidIsValid(extension)) {
        LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
    }
}

}  // namespace

work_transaction::work_transaction() {
    backend::call([] {
        SetCurrentStatementStartTimestamp();
        StartTransactionCommand();
    });
    try {
        backend::call([] {
            lock_extension();
            PushActiveSnapshot(GetTransactionSnapshot());
        });
        sql_.emplace();
    } catch (...) {
        backend::call([] { AbortCurrentTransaction(); });
        throw;
    }
}

work_transaction::~work_transaction() {
    if (!open_) {
        return;
    }
    try {
        backend::call([] { AbortCurrentTransaction(); });
    } catch (const std::exception& error) {
        const char* const reason = error.what();
        ereport(FATAL, (errmsg("could not abort a transaction of chronos: %s", reason)));
    }
}

void work_transaction::commit() {
    sql_->close();
    backend::call([] {
        PopActiveSnapshot();
        CommitTransactionCommand();
    });
    open_ = false;
}

bool is_lock_conflict(int sqlstate) {
    return sqlstate == ERRCODE_LOCK_NOT_AVAILABLE || sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED;
}

void prepare_worker_session() {
    backend::call([] {
        constexpr const char* kSettings[][2] = {
            {"search_path", "pg_catalog, pg_temp"},
            {"default_transaction_isolation", "read committed"},
            {"default_transaction_read_only", "off"},
            {"lock_timeout", "3s"},
            {"synchronous_commit", "local"},
            {"jit", "off"},
        };
        for (const auto& setting : kSettings) {
            SetConfigOption(setting[0], setting[1], PGC_SUSET, PGC_S_OVERRIDE);
        }
    });
}

}  // namespace chronos::scheduler

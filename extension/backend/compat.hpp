// What differs between the supported servers (PostgreSQL 15 to 18), in one place.
#pragma once

#if PG_VERSION_NUM < 150000
#error "chronos needs PostgreSQL 15 or newer"
#endif

extern "C" {
#include <access/tableam.h>
#include <executor/executor.h>
#if PG_VERSION_NUM >= 160000
#include <nodes/queryjumble.h>
#include <varatt.h>
#else
#include <utils/queryjumble.h>
#endif
#include <catalog/pg_database.h>
#include <miscadmin.h>
#include <storage/lock.h>
#include <utils/acl.h>
}

namespace chronos::backend {

// Whether the present transaction holds the lock in this mode; since 17 the server has a flag for
// stronger modes.
inline bool holds_lock(const LOCKTAG& tag, LOCKMODE mode) {
#if PG_VERSION_NUM >= 170000
    return LockHeldByMe(&tag, mode, false);
#else
    return LockHeldByMe(&tag, mode);
#endif
}

// Whether the role is the owner of this database, has the owner's rights, or is a superuser.
inline bool owns_database(Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(DatabaseRelationId, MyDatabaseId, role);
#else
    return pg_database_ownercheck(MyDatabaseId, role);
#endif
}

// Which indexes a new state of a row has to be added to; since 16 some take part in summaries only.
struct index_update {
    bool any;
    bool only_summarizing;
};

inline index_update update_table_tuple(Relation table, ItemPointer row, TupleTableSlot* slot,
                                       Snapshot now) {
#if PG_VERSION_NUM >= 160000
    TU_UpdateIndexes wanted = TU_None;
    simple_table_tuple_update(table, row, slot, now, &wanted);
    return {wanted != TU_None, wanted == TU_Summarizing};
#else
    bool wanted = false;
    simple_table_tuple_update(table, row, slot, now, &wanted);
    return {wanted, false};
#endif
}

inline List* insert_index_tuples(ResultRelInfo* result, TupleTableSlot* slot, EState* state,
                                 bool is_update, [[maybe_unused]] bool only_summarizing) {
#if PG_VERSION_NUM >= 160000
    return ExecInsertIndexTuples(result, slot, state, is_update, false, nullptr, NIL,
                                 only_summarizing);
#else
    return ExecInsertIndexTuples(result, slot, state, is_update, false, nullptr, NIL);
#endif
}

}  // namespace chronos::backend

// What differs between the supported servers (PostgreSQL 15 to 18), in one place.
#pragma once

#include "backend/backend.hpp"

#if PG_VERSION_NUM < 150000
#error "chronos needs PostgreSQL 15 or newer"
#endif

extern "C" {
#include <access/sysattr.h>
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
#include <nodes/makefuncs.h>
#include <nodes/parsenodes.h>
#include <storage/lock.h>
#include <utils/acl.h>
#include <utils/rel.h>
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

// As SELECT of these columns is checked, with ExecutorCheckPerms_hook. Inside call().
inline void check_select(Relation table, const int16* columns, int count) {
    RangeTblEntry* const entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_RELATION;
    entry->relid = RelationGetRelid(table);
    entry->relkind = table->rd_rel->relkind;
    entry->rellockmode = AccessShareLock;
    Bitmapset* selected = nullptr;
    for (int i = 0; i < count; ++i) {
        selected = bms_add_member(selected, columns[i] - FirstLowInvalidHeapAttributeNumber);
    }
#if PG_VERSION_NUM >= 160000
    RTEPermissionInfo* const wanted = makeNode(RTEPermissionInfo);
    wanted->relid = entry->relid;
    wanted->requiredPerms = ACL_SELECT;
    wanted->selectedCols = selected;
    entry->perminfoindex = 1;
    (void)ExecCheckPermissions(list_make1(entry), list_make1(wanted), true);
#else
    entry->requiredPerms = ACL_SELECT;
    entry->selectedCols = selected;
    (void)ExecCheckRTPerms(list_make1(entry), true);
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

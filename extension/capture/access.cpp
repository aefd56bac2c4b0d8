// object_access_hook: most of what DDL touches, partitions and implied objects included. It runs in
// the middle of the server's work, so it reads a catalogue only when a row is about to go.
#include "capture/access.hpp"

#include "capture/notes.hpp"
#include "capture/ownership.hpp"

extern "C" {
#include <catalog/catalog.h>
#include <catalog/index.h>
#include <catalog/objectaccess.h>
#include <catalog/pg_class.h>
#include <catalog/pg_database.h>
#include <catalog/pg_db_role_setting.h>
#include <catalog/pg_index.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_largeobject.h>
#include <catalog/pg_subscription.h>
#include <miscadmin.h>
#include <utils/lsyscache.h>
}

namespace chronos::capture {

namespace {

constinit object_access_hook_type next_hook = nullptr;

bool is_watched(Oid classid, Oid objid) {
    switch (classid) {
        case LargeObjectRelationId:
            return false;
        case SubscriptionRelationId:
            return true;
        case DatabaseRelationId:
        case DbRoleSettingRelationId:
            return objid == MyDatabaseId;
        default:
            return !IsSharedRelation(classid);
    }
}

// REINDEX CONCURRENTLY builds a new index, swaps the two names without a word and drops the old one
// under this name: the other indexes of the table are not what they were.
void note_index_swap(Oid relation) {
    const char* const name = get_rel_name(relation);
    if (name == nullptr || strstr(name, "_ccold") == nullptr) {
        return;
    }
    const Oid table = IndexGetRelation(relation, true);
    if (OidIsValid(table)) {
        for_each_index(table, [](Oid index) { note_object(RelationRelationId, index); });
    }
}

void note_drop(Oid classid, Oid objid) {
    if (is_ours_or_temporary(classid, objid)) {
        forget_object(classid, objid);
        return;
    }
    if (classid == RelationRelationId) {
        note_index_swap(objid);
    }
    // At commit nobody can tell any more whose default or constraint this was.
    const whole of = whole_of(classid, objid);
    if (OidIsValid(of.objid)) {
        note_object(of.classid, of.objid);
    }
    note_object(classid, objid);
}

void note_access(ObjectAccessType access, Oid classid, Oid objid) {
    switch (access) {
        case OAT_POST_CREATE:
        case OAT_POST_ALTER:
            if (is_noting() && is_watched(classid, objid)) {
                // Rows of these two are named by the relation they describe.
                const bool describes_relation =
                    classid == IndexRelationId || classid == InheritsRelationId;
                note_object(classid, objid);
                if (describes_relation) {
                    note_object(RelationRelationId, objid);
                }
            }
            break;
        case OAT_DROP:
            if (is_noting() && classid == LargeObjectRelationId) {
                if (says_something(objid)) {
                    note_object(classid, objid);
                }
            } else if (is_noting() && is_watched(classid, objid)) {
                note_drop(classid, objid);
            }
            break;
        default:
            break;
    }
}

extern "C" void chronos_object_access(ObjectAccessType access, Oid classid, Oid objid, int subid,
                                      void* argument) {
    if (next_hook != nullptr) {
        next_hook(access, classid, objid, subid, argument);
    }
    note_access(access, classid, objid);
}

}  // namespace

void watch_access() {
    next_hook = object_access_hook;
    object_access_hook = chronos_object_access;
}

}  // namespace chronos::capture

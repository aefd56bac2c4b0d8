#include "capture/unannounced.hpp"

#include "capture/notes.hpp"

extern "C" {
#include <catalog/pg_database.h>
#include <catalog/pg_event_trigger.h>
#include <commands/event_trigger.h>
#include <nodes/parsenodes.h>
}

namespace chronos::capture {

namespace {

void note_database() { note_object(DatabaseRelationId, MyDatabaseId); }

// Names of roles and tablespaces stand in the text of anything; others' databases hear of it from
// their next comparison.
void note_rename(ObjectType type) {
    if (type == OBJECT_ROLE || type == OBJECT_TABLESPACE) {
        note_everything();
    }
}

void note_said(ObjectType type, Node* object) {
    if (type == OBJECT_DATABASE) {
        note_database();
    } else if (type == OBJECT_EVENT_TRIGGER) {
        const Oid trigger = get_event_trigger_oid(strVal(object), true);
        if (OidIsValid(trigger)) {
            note_object(EventTriggerRelationId, trigger);
        }
    }
}

}  // namespace

void note_unannounced(Node* command) {
    switch (nodeTag(command)) {
        case T_RenameStmt:
            note_rename(castNode(RenameStmt, command)->renameType);
            break;
        case T_CommentStmt:
            note_said(castNode(CommentStmt, command)->objtype,
                      castNode(CommentStmt, command)->object);
            break;
        case T_SecLabelStmt:
            note_said(castNode(SecLabelStmt, command)->objtype,
                      castNode(SecLabelStmt, command)->object);
            break;
        case T_GrantStmt:
            if (castNode(GrantStmt, command)->objtype == OBJECT_DATABASE) {
                note_database();
            }
            break;
        case T_DropRoleStmt:
            // The settings of the role in this database are gone as well.
            note_database();
            break;
        default:
            break;
    }
}

}  // namespace chronos::capture

#include "capture/unannounced.hpp"

#include "capture/notes.hpp"

extern "C" {
#include <access/genam.h>
#include <access/table.h>
#include <catalog/namespace.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_database.h>
#include <catalog/pg_event_trigger.h>
#include <catalog/pg_inherits.h>
#include <commands/event_trigger.h>
#include <nodes/parsenodes.h>
#include <utils/fmgroids.h>
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

void note_checks(Oid relation) {
    const Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(relation));
    const SysScanDesc scan =
        systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, nullptr, 1, &key);
    for (HeapTuple row = systable_getnext(scan); HeapTupleIsValid(row);
         row = systable_getnext(scan)) {
        const auto constraint = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(row));
        if (constraint->contype == CONSTRAINT_CHECK) {
            note_object(ConstraintRelationId, constraint->oid);
        }
    }
    systable_endscan(scan);
    table_close(constraints, AccessShareLock);
}

// What a table inherits becomes its own, or its own and inherited, without a word.
bool changes_inheritance(const AlterTableCmd* command) {
    switch (command->subtype) {
        case AT_AddConstraint:
            return castNode(Constraint, command->def)->contype == CONSTR_CHECK;
        case AT_DropConstraint:
        case AT_DropColumn:
            return true;
        default:
            return false;
    }
}

void note_family(const AlterTableStmt* statement) {
    bool changes = false;
    ListCell* each = nullptr;
    foreach (each, statement->cmds) {
        changes = changes || changes_inheritance(lfirst_node(AlterTableCmd, each));
    }
    const Oid relation = changes ? RangeVarGetRelid(statement->relation, NoLock, true) : InvalidOid;
    if (!OidIsValid(relation) || (!has_superclass(relation) && !has_subclass(relation))) {
        return;
    }
    foreach (each, find_all_inheritors(relation, NoLock, nullptr)) {
        note_object(RelationRelationId, lfirst_oid(each));
        note_checks(lfirst_oid(each));
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
        case T_AlterTableStmt:
            note_family(castNode(AlterTableStmt, command));
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

#include "capture/grant.hpp"

#include "capture/notes.hpp"

extern "C" {
#include <access/relation.h>
#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/objectaddress.h>
#include <catalog/partition.h>
#include <catalog/pg_class.h>
#include <catalog/pg_foreign_data_wrapper.h>
#include <catalog/pg_foreign_server.h>
#include <catalog/pg_language.h>
#include <catalog/pg_largeobject.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_type.h>
#include <commands/proclang.h>
#include <foreign/foreign.h>
#include <nodes/makefuncs.h>
#include <parser/parse_func.h>
#include <parser/parse_type.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace chronos::capture {

namespace {

void note_if_valid(Oid classid, Oid objid) {
    if (OidIsValid(objid)) {
        note_object(classid, objid);
    }
}

void note_named(ObjectType type, Node* object) {
    switch (type) {
        case OBJECT_TABLE:
        case OBJECT_SEQUENCE:
            note_if_valid(RelationRelationId,
                          RangeVarGetRelid(castNode(RangeVar, object), NoLock, true));
            break;
        case OBJECT_FUNCTION:
        case OBJECT_PROCEDURE:
        case OBJECT_ROUTINE:
            note_if_valid(ProcedureRelationId,
                          LookupFuncWithArgs(type, castNode(ObjectWithArgs, object), true));
            break;
        case OBJECT_SCHEMA:
            note_if_valid(NamespaceRelationId, get_namespace_oid(strVal(object), true));
            break;
        case OBJECT_TYPE:
        case OBJECT_DOMAIN:
            note_if_valid(
                TypeRelationId,
                LookupTypeNameOid(nullptr, makeTypeNameFromNameList(castNode(List, object)), true));
            break;
        case OBJECT_LANGUAGE:
            note_if_valid(LanguageRelationId, get_language_oid(strVal(object), true));
            break;
        case OBJECT_FDW:
            note_if_valid(ForeignDataWrapperRelationId,
                          get_foreign_data_wrapper_oid(strVal(object), true));
            break;
        case OBJECT_FOREIGN_SERVER:
            note_if_valid(ForeignServerRelationId, get_foreign_server_oid(strVal(object), true));
            break;
        case OBJECT_LARGEOBJECT:
            note_if_valid(LargeObjectRelationId, oidparse(object));
            break;
        default:
            // No event trigger fires for databases; tablespaces and parameters are the cluster's.
            break;
    }
}

void note_grant(const GrantStmt* grant) {
    if (grant->targtype == ACL_TARGET_ALL_IN_SCHEMA) {
        note_everything();
        return;
    }
    if (grant->targtype == ACL_TARGET_DEFAULTS) {
        return;  // a row of pg_default_acl, which object_access_hook names
    }
    const ListCell* each;
    foreach (each, grant->objects) {
        note_named(grant->objtype, static_cast<Node*>(lfirst(each)));
    }
}

// The index of a partition becomes part of another one; that may make indexes further up valid.
void note_attached_index(const AlterTableStmt* alter) {
    const ListCell* each;
    foreach (each, alter->cmds) {
        const auto* const command = lfirst_node(AlterTableCmd, each);
        if (command->subtype != AT_AttachPartition || alter->objtype != OBJECT_INDEX) {
            continue;
        }
        const Oid index =
            RangeVarGetRelid(castNode(PartitionCmd, command->def)->name, NoLock, true);
        if (!OidIsValid(index)) {
            continue;
        }
        note_object(RelationRelationId, index);
        if (get_rel_relispartition(index)) {
            const List* const ancestors = get_partition_ancestors(index);
            for (int i = 0; i < list_length(ancestors); ++i) {
                note_object(RelationRelationId, list_nth_oid(ancestors, i));
            }
        }
    }
}

void note_member(const AlterExtensionContentsStmt* alter) {
    Relation relation = nullptr;
    const ObjectAddress address =
        get_object_address(alter->objtype, alter->object, &relation, AccessShareLock, true);
    if (relation != nullptr) {
        relation_close(relation, NoLock);
    }
    note_if_valid(address.classId, address.objectId);
}

}  // namespace

void note_command(Node* command) {
    switch (nodeTag(command)) {
        case T_GrantStmt:
            note_grant(castNode(GrantStmt, command));
            break;
        case T_AlterTableStmt:
            note_attached_index(castNode(AlterTableStmt, command));
            break;
        case T_AlterExtensionContentsStmt:
            note_member(castNode(AlterExtensionContentsStmt, command));
            break;
        case T_DropOwnedStmt:
            // The grants it revokes are named nowhere.
            note_everything();
            break;
        default:
            break;
    }
}

}  // namespace chronos::capture

#include "guard/target.hpp"

extern "C" {
#include <catalog/namespace.h>
#include <catalog/objectaddress.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_class.h>
#include <catalog/pg_database.h>
#include <catalog/pg_extension.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_type.h>
#include <commands/dbcommands.h>
#include <commands/extension.h>
#include <nodes/parsenodes.h>
#include <parser/parse_type.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/fmgrprotos.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace chronos::guard {

namespace {

Oid relation_of(const RangeVar* name) { return RangeVarGetRelid(name, NoLock, true); }

// What a partition key, a column or a table can hang on. These the server finds with a lock only.
item needed_by_tables(ObjectType kind, Node* name) {
    switch (kind) {
        case OBJECT_FUNCTION:
        case OBJECT_PROCEDURE:
        case OBJECT_ROUTINE:
        case OBJECT_AGGREGATE:
        case OBJECT_COLLATION:
        case OBJECT_ACCESS_METHOD:
        case OBJECT_OPERATOR:
        case OBJECT_OPCLASS:
        case OBJECT_OPFAMILY:
        case OBJECT_LANGUAGE: {
            Relation relation = nullptr;
            const ObjectAddress found =
                get_object_address(kind, name, &relation, AccessShareLock, true);
            return {found.classId, found.objectId};
        }
        default:
            return {};
    }
}

// Of what DROP names, only what can hold data, itself or through what depends on it.
item named(ObjectType kind, Node* name, bool cascades) {
    switch (kind) {
        case OBJECT_TABLE:
        case OBJECT_FOREIGN_TABLE:
        case OBJECT_MATVIEW:
        case OBJECT_VIEW:
        case OBJECT_SEQUENCE:
            return {RelationRelationId,
                    relation_of(makeRangeVarFromNameList(castNode(List, name)))};
        case OBJECT_SCHEMA:
            return {NamespaceRelationId, get_namespace_oid(strVal(name), true)};
        case OBJECT_EXTENSION:
            return {ExtensionRelationId, get_extension_oid(strVal(name), true)};
        case OBJECT_TYPE:
        case OBJECT_DOMAIN:
            return {TypeRelationId, LookupTypeNameOid(nullptr, castNode(TypeName, name), true)};
        default:
            return cascades ? needed_by_tables(kind, name) : item{};
    }
}

targets dropped(const DropStmt& command) {
    targets out;
    out.cascades = command.behavior == DROP_CASCADE;
    for (int i = 0; i < list_length(command.objects); ++i) {
        out.add(named(command.removeType, static_cast<Node*>(list_nth(command.objects, i)),
                      out.cascades));
    }
    return out;
}

targets owned(const DropOwnedStmt& command) {
    targets out;
    out.cascades = command.behavior == DROP_CASCADE;
    for (int i = 0; i < list_length(command.roles); ++i) {
        out.add({AuthIdRelationId,
                 get_rolespec_oid(static_cast<RoleSpec*>(list_nth(command.roles, i)), true)});
    }
    return out;
}

targets truncated(const TruncateStmt& command) {
    targets out;
    out.how = deed::truncate;
    out.cascades = command.behavior == DROP_CASCADE;
    for (int i = 0; i < list_length(command.relations); ++i) {
        const auto* const name = static_cast<RangeVar*>(list_nth(command.relations, i));
        // Of ONLY the column tells: the heirs stay as they are.
        item found{RelationRelationId, relation_of(name)};
        found.is_computed = !name->inh;
        out.add(found);
    }
    return out;
}

item retyped(Oid relation, const AlterTableCmd& step, const ColumnDef& wanted) {
    item out{RelationRelationId, relation, get_attnum(relation, step.name)};
    std::int32_t modifier = -1;
    const Type type = LookupTypeName(nullptr, wanted.typeName, &modifier, true);
    if (type == nullptr) {
        return {};
    }
    out.new_type = typeTypeId(type);
    out.new_modifier = modifier;
    out.is_computed = wanted.raw_default != nullptr;
    ReleaseSysCache(type);
    return out;
}

bool may_lose(const AlterTableStmt& command) {
    for (int i = 0; i < list_length(command.cmds); ++i) {
        const auto& step = *static_cast<AlterTableCmd*>(list_nth(command.cmds, i));
        if (step.subtype == AT_DropColumn || step.subtype == AT_AlterColumnType) {
            return true;
        }
    }
    return false;
}

targets altered(const AlterTableStmt& command) {
    targets out;
    out.how = deed::alter;
    const Oid relation = may_lose(command) ? relation_of(command.relation) : InvalidOid;
    if (!OidIsValid(relation)) {
        return out;
    }
    for (int i = 0; i < list_length(command.cmds); ++i) {
        const auto& step = *static_cast<AlterTableCmd*>(list_nth(command.cmds, i));
        if (step.subtype == AT_DropColumn) {
            out.cascades = out.cascades || step.behavior == DROP_CASCADE;
            out.add({RelationRelationId, relation, get_attnum(relation, step.name)});
        } else if (step.subtype == AT_AlterColumnType) {
            out.add(retyped(relation, step, *castNode(ColumnDef, step.def)));
        }
    }
    return out;
}

// Nothing is in it, and nothing goes with it: most of what is dropped every day. Cheaper to see
// than to ask about.
bool is_worthless_relation(Oid relation, bool cascades, bool is_emptied) {
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) {
        return true;
    }
    const auto row = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    ReleaseSysCache(tuple);
    if (row.relpersistence == RELPERSISTENCE_TEMP) {
        return true;
    }
    switch (row.relkind) {
        case RELKIND_RELATION:
        case RELKIND_MATVIEW:
            return !cascades && !row.relhassubclass &&
                   DatumGetInt64(DirectFunctionCall2(pg_relation_size, ObjectIdGetDatum(relation),
                                                     CStringGetTextDatum("main"))) == 0;
        case RELKIND_PARTITIONED_TABLE:
        case RELKIND_COMPOSITE_TYPE:
            return false;
        default:
            // A view, a sequence: nothing hangs on it unless with CASCADE.
            return is_emptied || !cascades;
    }
}

bool is_worthless(const item& one, const targets& of) {
    switch (one.classid) {
        case RelationRelationId:
            return is_worthless_relation(one.objid, of.cascades, of.how == deed::truncate);
        case NamespaceRelationId:
        case TypeRelationId:
            return !of.cascades;  // then it has to be empty, or unused
        default:
            return false;
    }
}

// One that is worth something is asked about with all the others.
targets unless_worthless(const targets& from) {
    for (int i = 0; i < from.count; ++i) {
        if (!is_worthless(from.items[i], from)) {
            return from;
        }
    }
    return {};
}

}  // namespace

void targets::add(const item& added) {
    constexpr int kStep = 8;
    if (!OidIsValid(added.objid) || (how == deed::alter && added.column <= 0)) {
        return;
    }
    if (count % kStep == 0) {
        const std::size_t size = sizeof(item) * (count + kStep);
        items = static_cast<item*>(items == nullptr ? palloc(size) : repalloc(items, size));
    }
    items[count++] = added;
}

targets targets_of(const Node* command) {
    switch (nodeTag(command)) {
        case T_DropStmt:
            return unless_worthless(dropped(*reinterpret_cast<const DropStmt*>(command)));
        case T_DropOwnedStmt:
            return owned(*reinterpret_cast<const DropOwnedStmt*>(command));
        case T_TruncateStmt:
            return unless_worthless(truncated(*reinterpret_cast<const TruncateStmt*>(command)));
        case T_AlterTableStmt:
            return unless_worthless(altered(*reinterpret_cast<const AlterTableStmt*>(command)));
        case T_DropdbStmt: {
            targets out;
            out.add({DatabaseRelationId,
                     get_database_oid(reinterpret_cast<const DropdbStmt*>(command)->dbname, true)});
            return out;
        }
        default:
            return {};
    }
}

}  // namespace chronos::guard

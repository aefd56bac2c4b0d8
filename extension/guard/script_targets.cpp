// What the statements of a script aim at, before any of them runs.
#include <string>
#include <vector>

#include "backend/door.hpp"
#include "backend/plan.hpp"
#include "backend/subtransaction.hpp"
#include "guard/target.hpp"

extern "C" {
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <nodes/parsenodes.h>
#include <parser/parser.h>
#include <utils/builtins.h>
}

namespace chronos::guard {

namespace {

// Rows that go are like rows of an emptied table: which of them WHERE takes is not known before.
void add_deleted(targets& to, const Node* statement) {
    if (!IsA(statement, DeleteStmt)) {
        return;
    }
    const RangeVar& name = *reinterpret_cast<const DeleteStmt*>(statement)->relation;
    item found{RelationRelationId, RangeVarGetRelid(&name, NoLock, true)};
    found.is_computed = !name.inh;
    to.add(found);
}

const WithClause* with_clause(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_SelectStmt:
            return reinterpret_cast<const SelectStmt*>(statement)->withClause;
        case T_InsertStmt:
            return reinterpret_cast<const InsertStmt*>(statement)->withClause;
        case T_UpdateStmt:
            return reinterpret_cast<const UpdateStmt*>(statement)->withClause;
        case T_DeleteStmt:
            return reinterpret_cast<const DeleteStmt*>(statement)->withClause;
        default:
            return nullptr;
    }
}

targets aimed_at(const Node* statement) {
    // A database is no part of a schema.
    if (IsA(statement, DropdbStmt)) {
        return {};
    }
    targets out = targets_of(statement);
    if (out.count > 0) {
        return out;
    }
    out = {};
    out.how = deed::truncate;
    add_deleted(out, statement);
    const WithClause* const with = with_clause(statement);
    for (int i = 0; with != nullptr && i < list_length(with->ctes); ++i) {
        add_deleted(out, castNode(CommonTableExpr, list_nth(with->ctes, i))->ctequery);
    }
    return out;
}

std::string text_of(const targets& aimed) {
    std::string items;
    for (int i = 0; i < aimed.count; ++i) {
        const item& one = aimed.items[i];
        items += (i == 0 ? "[" : ",[") + std::to_string(one.classid) + ',' +
                 std::to_string(one.objid) + ',' + std::to_string(one.column) + ',' +
                 std::to_string(one.new_type) + ',' + std::to_string(one.new_modifier) +
                 (one.is_computed ? ",true]" : ",false]");
    }
    return std::string(R"({"how":")") + static_cast<char>(aimed.how) + R"(","cascades":)" +
           (aimed.cascades ? "true" : "false") + R"(,"items":[)" + items + "]}";
}

std::vector<std::string> targets_of_script(const char* script) {
    backend::subtransaction part;
    const List* const statements =
        backend::call([script] { return raw_parser(script, RAW_PARSE_DEFAULT); });
    std::vector<std::string> out;
    for (int i = 0; i < list_length(statements); ++i) {
        const Node* const one = static_cast<const RawStmt*>(list_nth(statements, i))->stmt;
        const targets aimed = backend::call([one] { return aimed_at(one); });
        if (aimed.count > 0) {
            out.push_back(text_of(aimed));
        }
    }
    part.commit();
    return out;
}

// What cannot be read, or names what may not be looked up, says so itself when it is run.
std::vector<std::string> targets_if_readable(const char* script) {
    try {
        return targets_of_script(script);
    } catch (const backend::backend_error& error) {
        if (error.sqlstate() == ERRCODE_QUERY_CANCELED) {
            throw;
        }
        return {};
    }
}

}  // namespace

}  // namespace chronos::guard

CHRONOS_SQL_FUNCTION(chronos_migration_targets)
{
    const char* const script = chronos::backend::call(
        [fcinfo]() -> const char* { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
    return chronos::backend::text_array(chronos::guard::targets_if_readable(script));
}

#include "history/change_list.hpp"

#include <algorithm>

#include "backend/door.hpp"
#include "history/statements.hpp"

extern "C" {
#include <catalog/pg_type.h>
}

namespace chronos::history {

namespace {

using backend::call;
using backend::value;

constinit backend::plan restored_plan(
    "SELECT coalesce(jsonb_agg(jsonb_build_array(x.change, x.kind, x.identity) || "
    "CASE x.change WHEN 'renamed' THEN jsonb_build_array(x.old_identity) ELSE '[]' END "
    "ORDER BY x.kind COLLATE \"C\", x.identity COLLATE \"C\"), '[]') "
    "FROM chronos.changes($1, $2) x",
    UUIDOID, INT8OID);

const char* change_of(const difference& of) {
    if (of.old_hash == nullptr) {
        return "added";
    }
    if (of.hash == nullptr) {
        return "removed";
    }
    return strcmp(of.identity, of.old_identity) != 0 ? "renamed" : "changed";
}

bool comes_before(const difference* left, const difference* right) {
    const int kinds = strcmp(left->kind, right->kind);
    return kinds != 0 ? kinds < 0 : strcmp(left->identity, right->identity) < 0;
}

void push(JsonbParseState** to, const char* text) {
    JsonbValue item;
    item.type = jbvString;
    item.val.string.val = const_cast<char*>(text);
    item.val.string.len = static_cast<int>(strlen(text));
    pushJsonbValue(to, WJB_ELEM, &item);
}

}  // namespace

value list_changes(const differences& found) {
    std::vector<const difference*> changes;
    for (const difference& each : found.rows) {
        if (each.is_change()) {
            changes.push_back(&each);
        }
    }
    std::sort(changes.begin(), changes.end(), comes_before);
    const difference* const* const items = changes.data();
    const std::size_t count = changes.size();
    return call([items, count]() -> value {
        JsonbParseState* state = nullptr;
        pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
        for (std::size_t i = 0; i < count; ++i) {
            const difference& each = *items[i];
            const char* const change = change_of(each);
            pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
            push(&state, change);
            push(&state, each.kind);
            push(&state, each.identity);
            if (strcmp(change, "renamed") == 0) {
                push(&state, each.old_identity);
            }
            pushJsonbValue(&state, WJB_END_ARRAY, nullptr);
        }
        return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, nullptr)));
    });
}

value restored_changes(const state& at, std::int64_t number) {
    const MemoryContext memory = CurrentMemoryContext;
    const value number_value = call([number] { return Int64GetDatum(number); });
    statements connection;
    restored_plan.read({at.line, number_value});
    const value out = backend::cell(0, 0, memory);
    connection.close();
    return out;
}

}  // namespace chronos::history

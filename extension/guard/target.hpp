// What a command aims at, from its parse tree: no lock is taken, and what is not there is left out,
// since the command itself will say so.
#pragma once

#include "backend/backend.hpp"

extern "C" {
#include <nodes/nodes.h>
}

namespace chronos::guard {

enum class deed : char {
    drop = 'd',      // objects, with what depends on them
    truncate = 't',  // tables
    alter = 'a',     // columns that go or change their type
};

// A column that goes has no new type.
struct item {
    Oid classid = InvalidOid;
    Oid objid = InvalidOid;
    AttrNumber column = 0;
    Oid new_type = InvalidOid;
    std::int32_t new_modifier = -1;
    bool is_computed = false;  // by USING
};

// Plain data in the current memory context.
struct targets {
    deed how = deed::drop;
    bool cascades = false;
    item* items = nullptr;
    int count = 0;

    void add(const item& added);
};

// Nothing for a command that destroys no data. Inside call().
[[nodiscard]] targets targets_of(const Node* command);

}  // namespace chronos::guard

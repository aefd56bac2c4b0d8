// Where the catalogue is not as the store has it.
#pragma once

#include "history/recorder.hpp"

extern "C" {
#include <utils/jsonb.h>
}

namespace chronos::history {

// One object. Texts, definitions and hashes live in the memory context of the comparison.
struct difference {
    Oid classid = InvalidOid;
    Oid objid = InvalidOid;
    const char* kind = nullptr;
    const char* identity = nullptr;
    Jsonb* definition = nullptr;  // null: it is gone
    bytea* hash = nullptr;        // of the definition, 32 bytes
    Oid old_classid = InvalidOid;
    Oid old_objid = InvalidOid;
    const char* old_identity = nullptr;
    bytea* old_hash = nullptr;    // null: it is new
    std::int64_t old_object = 0;  // the number under which the store knows it; 0: it does not

    // Something that makes a version; otherwise only its oid is another.
    [[nodiscard]] bool is_change() const;
};

struct differences {
    std::vector<difference> rows;
    object_ids locked;       // what could not be rendered now
    bool is_direct = false;  // found without a statement, so quickly found again

    [[nodiscard]] bool any_change() const;
};

[[nodiscard]] bool same_hash(const bytea* left, const bytea* right);

// What differs, to be looked at again; and the union of two such lists.
[[nodiscard]] object_ids ids_of(const differences& found);
void append(object_ids& to, const object_ids& from);

}  // namespace chronos::history

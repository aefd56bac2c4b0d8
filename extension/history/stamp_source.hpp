// Which catalogues are read for stamps, and whose rows they hold.
#pragma once

#include <span>

#include "history/stamp.hpp"

extern "C" {
#include <access/attnum.h>
}

namespace chronos::history {

// A column of 0 is not there; without an object column the catalogue counts as a whole.
struct stamp_source {
    Oid catalog;
    Oid classid;               // of the objects that its rows belong to
    AttrNumber object_column;  // which of them; a row with 0 in it is nobody's
    AttrNumber schema_column;
    AttrNumber class_column;     // instead of `classid`
    AttrNumber database_column;  // of a shared catalogue
};

[[nodiscard]] std::span<const stamp_source> stamp_sources();

// Whether objects of this catalogue have stamps of their own.
[[nodiscard]] bool is_told_apart(Oid classid);

// The order of `stamps`.
[[nodiscard]] bool stands_before(const stamp& left, const stamp& right);

}  // namespace chronos::history

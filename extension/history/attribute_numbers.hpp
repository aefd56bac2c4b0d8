// The attribute numbers of the columns of a table, foreign table or composite type, in the order of
// its definition: they tell a renamed column from a dropped and an added one.
#pragma once

#include "history/differences.hpp"

namespace chronos::history {

// An int2[], or null for anything else, and where a column of the definition is not there. Inside
// call().
[[nodiscard]] backend::value attribute_numbers(const difference& of);

}  // namespace chronos::history

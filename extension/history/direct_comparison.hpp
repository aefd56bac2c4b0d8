// chronos.compare() without a statement, for changes of the commonest kinds of objects.
#pragma once

#include "history/differences.hpp"
#include "history/state.hpp"

namespace chronos::history {

// What compare() finds, or nothing if something that was touched, or depends on it, is unusual:
// then the SQL function has to do it. Inside a subtransaction that is rolled back, since it takes
// locks.
[[nodiscard]] std::optional<differences> compare_directly(const state& at,
                                                          const object_ids& touched,
                                                          MemoryContext memory);

}  // namespace chronos::history

// What can be rendered now, without waiting for anybody.
#pragma once

#include "backend/backend.hpp"

namespace chronos::history {

// Whether text that needs this relation can be rendered now. The lock that allows it is kept until
// the end of the subtransaction if asked. Inside call().
[[nodiscard]] bool may_render(Oid relation, bool keep);

// Whether pg_get_constraintdef() would show the newest state of a constraint: it reads the
// transaction's snapshot, which at REPEATABLE READ and above shows what others have changed since
// as it was. Inside call().
[[nodiscard]] bool reads_newest_constraint(Oid constraint);

}  // namespace chronos::history

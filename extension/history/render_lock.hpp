// Locks that rendering needs, without waiting for anybody.
#pragma once

#include "backend/backend.hpp"

namespace chronos::history {

// Whether text that needs this relation can be rendered now. The lock that allows it is kept until
// the end of the subtransaction if asked. Inside call().
[[nodiscard]] bool may_render(Oid relation, bool keep);

}  // namespace chronos::history

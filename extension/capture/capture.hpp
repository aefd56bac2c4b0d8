// Notices schema changes and has them recorded when their transaction commits.
#pragma once

namespace chronos::capture {

// Called by _PG_init: the setting, the hooks and the transaction callback.
void init();

}  // namespace chronos::capture

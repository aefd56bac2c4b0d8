#pragma once

namespace chronos::capture {

// Registers the transaction callback, and watches for COMMIT PREPARED.
void watch_transactions();

}  // namespace chronos::capture

#pragma once

namespace chronos::capture {

// Chains object_access_hook.
void watch_access();

}  // namespace chronos::capture

// The launcher: a static background worker that visits every database in turn by one-shot
// maintenance workers. It is connected to no database itself, so it never stands in the way of
// DROP DATABASE.
#pragma once

namespace chronos::scheduler {

// Only while the library is being preloaded.
void register_launcher();

// Whether that was done when the server started.
[[nodiscard]] bool launcher_is_registered();

}  // namespace chronos::scheduler

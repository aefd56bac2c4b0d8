// Labels for what other programs do to the schema: the revision that a migration tool notes in its
// own table names the version that it made (sql/20_tool.sql).
#pragma once

#include "history/differences.hpp"

namespace chronos::history {

// The present transaction makes version `number`, with the changes in `found`. Waits for nobody;
// what goes wrong becomes a WARNING and leaves the version as it is. Under the number lock.
void settle_tool_labels(std::int64_t number, const differences& found);

// The same for what was noted since: it names the newest version. All tables are looked for.
void settle_tool_labels();

// Whether a tool's table that is known has other rows than at the last look, or is gone.
[[nodiscard]] bool has_tool_news();

}  // namespace chronos::history

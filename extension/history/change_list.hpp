// What a version says of what it changed: chronos.version.changes.
#pragma once

#include "history/store.hpp"

namespace chronos::history {

// A jsonb array of [change, kind, identity, identity before if renamed], by kind and identity.
[[nodiscard]] backend::value list_changes(const differences& found);

// The same for the first version of a timeline that continues another; its facts are written.
[[nodiscard]] backend::value restored_changes(const state& at, std::int64_t number);

}  // namespace chronos::history

// What was committed without a version: gaps that others left, a history that came with a dump.
#pragma once

#include "history/store.hpp"

namespace chronos::history {

// Under the number lock: continues an arrived history and turns the gaps into versions. What `own`
// names is left to the caller's own version; objects that were locked before are added to it.
// `differing`: all that differs, if the caller has compared everything already.
void settle_backlog(const state& at, object_ids& own, const object_ids* differing = nullptr);

// The restored schema as the first version after the history at.arrived; what `own` names stands in
// it as it stood in that history. Returns its number.
std::int64_t settle_arrived(const state& at, backend::value snapshot, const object_ids& own,
                            const evidence& who);

// A full comparison has covered everything: forgets the gaps up to `newest_gap`.
void forget_backlog(backend::value newest_gap);
[[nodiscard]] backend::value newest_gap();

}  // namespace chronos::history

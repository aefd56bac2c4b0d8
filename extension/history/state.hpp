// What the recorder has to know before it gives a number.
#pragma once

#include "history/recorder.hpp"

extern "C" {
#include <utils/uuid.h>
}

namespace chronos::history {

// The timeline of this database, its newest version, and what is still to be settled.
struct state {
    backend::value line;
    std::int64_t number = 0;
    backend::value fingerprint;
    backend::value arrived;
    bool gaps = false;
    bool loading = false;
    backend::value compared_at;  // the last comparison of everything
    bool other_server = false;   // it was made by another release of the server

    [[nodiscard]] bool has_backlog() const noexcept { return gaps || loading || !arrived.is_null; }
};

// A gap that could not be settled so often is left to a comparison of everything.
inline constexpr int kMostAttempts = 3;

// Values live in `memory`.
[[nodiscard]] state read_state(MemoryContext memory);

// The same from this session's memory, but for gaps, where nothing is to be settled; without
// `fingerprint` and `compared_at`. Only for a first look: a version that is just being committed
// may not show.
[[nodiscard]] state glance_at_state(MemoryContext memory);

}  // namespace chronos::history

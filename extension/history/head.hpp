// Where this database stands, at the price of a look into the backend's own memory.
//
// Whatever changes the answer (chronos.version, timeline, local) has a trigger that invalidates
// chronos.head_news; every backend drops its copy when it gets the message, at the latest when it
// begins its next statement. That table is never opened, so nobody plans anew for it.
#pragma once

#include "backend/backend.hpp"

namespace chronos::history {

struct head {
    std::int64_t number = 0;             // 0 before the first version
    std::array<char, 65> fingerprint{};  // hexadecimal; empty before the first version
};

// The newest committed version; in a transaction that keeps its snapshot, that snapshot's.
[[nodiscard]] head read_head();

}  // namespace chronos::history

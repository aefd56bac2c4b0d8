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

// The newest committed version, whatever snapshot the transaction keeps, and without giving it one.
[[nodiscard]] head read_newest_head();

// Another number whenever read_newest_head(), or a label, may be another than before. Read it
// before the head itself.
[[nodiscard]] std::uint64_t head_generation();

}  // namespace chronos::history

// Which catalogue rows moved since the last comparison: what makes a comparison that finds nothing
// cheap. A stamp stands for all catalogue rows of one object.
//
// Why equal stamps mean equal text. A stamp sums up the place and the inserting transaction of
// every row (ctid, xmin). No row is ever changed in place but for statistics, and no other row can
// have both again, so with an equal stamp the object's own rows are those that were compared,
// whatever was between. Its text also depends on
//  - rows of other objects: those are found by their own stamps, and whatever depends on them
//    (pg_depend) is rendered with them, always;
//  - what came with the server, and kinds that change seldom: one stamp for each catalogue;
//  - names of roles and tablespaces, the server's version, the version of this library, the
//    timeline: stamps as well. If one of these differs, everything is rendered.
// Settings are pinned by recorder_scope. The other side, the facts, may have changed and the rows
// not (a comment that was seen to come, and not to go): facts written since the stamps were taken
// are compared too, and those whose object is gone.
//
// Stamps are read before anything is rendered, so a stored one is never newer than the text that
// was compared: too old a stamp only costs time.
#pragma once

#include "history/store.hpp"

namespace chronos::history {

// objid 0: all rows of a catalogue that are not told apart.
struct stamp {
    Oid objid;
    Oid classid;
    std::uint64_t sum;
};

// Sorted by objid and classid.
using stamps = std::vector<stamp>;

// Those of the newest snapshot.
[[nodiscard]] stamps read_stamps(const state& at);

// Objects that do not have the same stamp in both.
[[nodiscard]] object_ids moved_between(const stamps& before, const stamps& after);

// What a comparison has to look at. `everything`: it cannot be told.
struct moved_objects {
    object_ids ids;
    bool everything = false;

    [[nodiscard]] bool nothing() const noexcept { return !everything && ids.empty(); }
};

// Remembers stamps in chronos.stamp.
class stamp_book {
  public:
    static stamp_book open(MemoryContext memory);

    // Also what differs from the book in the facts of at.line.
    [[nodiscard]] moved_objects compare(const stamps& now, const state& at) const;

    // Under the number lock: `now` replaces what is stored, but for `left_out`, which are compared
    // again the next time. Facts up to version `number` agree with it.
    void keep(stamps now, const object_ids& left_out, std::int64_t number) const;

  private:
    [[nodiscard]] std::int64_t number() const;

    stamps stored_;
};

}  // namespace chronos::history

// The writing side of the version store: one function for each table. All run inside an spi
// connection under the number lock, except add_gap().
#pragma once

#include "history/recorder.hpp"

namespace chronos::history {

// Differences between catalogue and store, column by column, as arrays that a statement takes.
struct differences {
    backend::value classids, objids, kinds, identities, definitions, hashes;
    backend::value old_classids, old_objids, old_hashes, old_identities, old_objects;
    backend::value locked_classids, locked_objids;  // what could not be rendered now
    bool any_change = false;                        // something that makes a version
    bool any_row = false;                           // that, or an object with a new oid
    bool any_locked = false;
};

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

// Values live in `memory`.
[[nodiscard]] state read_state(MemoryContext memory);

// Compares in a subtransaction that is rolled back, so that no lock of the renderers outlives it.
[[nodiscard]] differences compare(const state& at, const object_ids& touched, MemoryContext memory);
[[nodiscard]] differences compare_all(const state& at, const object_ids& except,
                                      MemoryContext memory);

// Objects whose catalogue rows moved (stamp.hpp), with all that depends on them.
[[nodiscard]] differences compare_moved(const state& at, const object_ids& moved,
                                        MemoryContext memory);

// Everything, for the first version of a timeline that continues `parent`; the objects of `own` as
// they stood there.
[[nodiscard]] differences compare_restored(const state& at, backend::value parent,
                                           const object_ids& own, MemoryContext memory);

// Plans what write_version() runs, once a session: not while everybody waits for the lock.
void make_writers_ready();

// Waits for those that are just committing a version; held until the transaction ends.
void take_number_lock();

struct version_note {
    const char* cause;
    const evidence* who;
    backend::value snapshot;
    backend::value observed_after = {};
};

// Writes version `number` of at.line and what differs, and tells those who listen. Returns the
// number.
std::int64_t write_version(const state& at, std::int64_t number, const differences& found,
                           const version_note& note);

// New oids of unchanged objects, without a version.
void write_new_oids(const state& at, const differences& found);

// Continues at.arrived: this database's timeline becomes its child, without versions or facts yet.
// Returns the number that the next version gets.
std::int64_t continue_arrived(const state& at);

// Everything has been compared as it stood at `time`.
void note_comparison(backend::value time);

// What differs, to be looked at again; and the union of two such lists.
[[nodiscard]] object_ids ids_of(const differences& found);
[[nodiscard]] object_ids locked_ids(const differences& found);
void append(object_ids& to, const object_ids& from);
void append_oids(std::vector<Oid>& to, const backend::value& from);

// The number of the version that got the label, 0 if it waits for settle_labels().
std::int64_t add_label(backend::value label, backend::value role, bool later);
// Gives the labels that wait to the newest version.
void settle_labels();
void add_gap(const char* reason, backend::value classids, backend::value objids, bool everything,
             const evidence& who, const char* message, int attempts = 0);

// A gap that could not be settled so often is left to a comparison of everything.
inline constexpr int kMostAttempts = 3;

}  // namespace chronos::history

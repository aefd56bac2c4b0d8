// The writing side of the version store: one function for each table. All run under the number
// lock, except add_gap().
#pragma once

#include "history/compare.hpp"

namespace chronos::history {

// What a session reads of the store's tables only once is read now: not while everybody waits for
// the lock.
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

// The number of the version that got the label, 0 if it waits for settle_labels().
std::int64_t add_label(backend::value label, backend::value role, bool later);
// Gives the labels that wait to the newest version.
void settle_labels();
void add_gap(const char* reason, const object_ids& objects, bool everything, const evidence& who,
             const char* message, int attempts = 0);
// For what could not be rendered, if there is any.
void add_locked(const object_ids& locked, const evidence& who);

}  // namespace chronos::history

// Writes versions: compares what was touched with the store and gives what differs a number.
//
// Nothing here waits for another session's table locks, and the number lock is taken last, for as
// short as the commit takes. Everything may throw; the caller holds the subtransaction that
// contains it.
#pragma once

#include "backend/plan.hpp"

namespace chronos::history {

// Catalogue rows, by catalogue and object.
struct object_ids {
    std::vector<Oid> classids;
    std::vector<Oid> objids;

    [[nodiscard]] bool empty() const noexcept { return objids.empty(); }
};

// Who made a change and how. The values live in the memory context that was current at collect().
struct evidence {
    backend::value role;
    backend::value session_role;
    backend::value application;
    backend::value address;
    backend::value started_at;
    backend::value ended_at;  // null: now
    backend::value transaction;
    backend::value statements;

    // Of a change that nobody saw.
    static evidence nobody();
    // Of the present transaction.
    static evidence collect(const std::vector<std::string>& statements);
};

// Why a change is not in a version yet; the names in chronos.gap.
enum class gap_reason { prepared, failed, locked, loading };

// True if chronos is installed in this database.
[[nodiscard]] bool is_installed();

// The version that the present transaction makes of `touched`; gaps that others left become
// versions of their own first. `everything`: compare all there is. `labelled`: labels given earlier
// in the transaction wait for the number.
void record_commit(const object_ids& touched, bool everything, const evidence& who, bool labelled);

// Whether the present transaction holds the number lock: reconcile() keeps it until the end.
[[nodiscard]] bool holds_number_lock();

// Labels the newest version and returns its number, or, if `later`, the one that the present
// transaction makes.
std::int64_t give_label(backend::value label, bool later);

// Leaves a note for the next recorder, or for the next comparison alone. `everything`: what changed
// is not known.
void record_gap(gap_reason reason, const object_ids& touched, bool everything, const evidence& who,
                const char* message, bool for_comparison = false);

// While a dump that creates the extension is being loaded nothing is recorded: its own history is
// on the way. True in a session that looks like pg_restore or psql reading a dump, in such a
// database.
[[nodiscard]] bool is_loading_dump();

}  // namespace chronos::history

// The snapshot engine: take_snapshot as a process that a server's background worker supervises.
#pragma once

#include <chronos/export.hpp>
#include <chronos/snapshot.hpp>
#include <functional>
#include <string>

namespace chronos {

// Takes a snapshot of the database that the PG* variables name and reports in JSON, one object a
// line: "progress" a few times a second, then "complete" or "error" (see docs/architecture.md). The
// progress callback of `options` is replaced; warnings go to the one that is set. `print` gets each
// line without its newline and must flush it. If it throws, the snapshot is given up.
// Returns the exit status: 0, 1 after an error, 130 if cancelled.
[[nodiscard]] CHRONOS_EXPORT int run_snapshot_engine(
    snapshot_options options, const std::function<void(const std::string&)>& print);

}  // namespace chronos

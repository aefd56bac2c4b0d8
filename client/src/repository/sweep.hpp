// Taking away what no snapshot refers to. All of it needs the exclusive lock.
#pragma once

#include <string>
#include <unordered_set>

#include "chronos/repository.hpp"
#include "repository/storage.hpp"

namespace chronos::internal {

// Names of all objects that manifests refer to, those of forgotten snapshots among them. Throws if
// any manifest cannot be read: then nobody can know what is needed.
[[nodiscard]] std::unordered_set<std::string> referenced_objects(storage& in);

// What earlier writers, and this one, noted in their journals.
void sweep_journals(storage& in);

// Everything, forgotten snapshots included if they were forgotten at `before` or earlier and, with
// `of`, are of its database. Looks at every object. Nothing is removed if any manifest cannot be
// read.
sweep_report sweep_all(storage& in, timestamp before, const snapshot_summary* of = nullptr);

[[nodiscard]] bool same_database(const snapshot_summary& one, const snapshot_summary& other);

}  // namespace chronos::internal

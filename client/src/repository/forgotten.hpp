// Snapshots that nobody wants any more, until they are swept.
#pragma once

#include <string>
#include <vector>

#include "chronos/retention.hpp"
#include "repository/manifest.hpp"
#include "repository/storage.hpp"

namespace chronos::internal {

struct forgotten_manifest {
    forgotten_snapshot what;
    std::string key;
};

// In the order in which they were forgotten.
[[nodiscard]] std::vector<forgotten_manifest> forgotten_manifests(storage& in);

[[nodiscard]] manifest load_forgotten(storage& in, const forgotten_manifest& one);

// Under the exclusive lock. Whenever it stops, the snapshot is listed, or forgotten, or both: then
// it is listed.
void forget(storage& in, const std::string& id, timestamp now);

// Throws not_found.
void remember(storage& in, const std::string& id);

}  // namespace chronos::internal

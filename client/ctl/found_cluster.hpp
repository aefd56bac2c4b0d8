// Clusters found on disk, as `guard` and `rescue` show them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "chronos/found_cluster.hpp"

namespace chronos::ctl {

[[nodiscard]] nlohmann::ordered_json to_json(const found_cluster& cluster);

// "PostgreSQL 16, 1.2 GB, stopped, last checkpoint 2026-11-23 04:21:07+01, cluster 7391…"
[[nodiscard]] std::string summary_of(const found_cluster& cluster);

}  // namespace chronos::ctl

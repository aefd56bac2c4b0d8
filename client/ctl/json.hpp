// Values of the library as JSON; the field names are documented in docs/command-line.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "chronos/components.hpp"
#include "chronos/diff.hpp"
#include "chronos/plan.hpp"
#include "chronos/repository.hpp"
#include "chronos/server_snapshots.hpp"
#include "chronos/version.hpp"

namespace chronos::ctl {

using json = nlohmann::ordered_json;

// Empty text is null.
[[nodiscard]] json text_or_null(const std::string& text);

[[nodiscard]] json to_json(const schema_version& version);
[[nodiscard]] json to_json(const version_record& record);
[[nodiscard]] json to_json(const object_difference& difference);
[[nodiscard]] json to_json(const plan_step& step);
[[nodiscard]] json to_json(const snapshot_summary& snapshot);
[[nodiscard]] json to_json(const snapshot_run& run);
[[nodiscard]] json to_json(const known_repository& repository);
[[nodiscard]] json to_json(const component_versions& components);

}  // namespace chronos::ctl

// Labels as they are asked for, the revisions of migration tools included.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "backend/backend.hpp"

namespace chronos::history {

// Since which version the schema is what a label says, by the transaction's snapshot. With the
// owner's rights: a role that may not read the tables may still ask.
[[nodiscard]] std::optional<std::int64_t> labelled_version(std::string_view label);

// The same by the newest state, without giving the transaction a snapshot.
[[nodiscard]] std::optional<std::int64_t> newest_labelled_version(std::string_view label);

// "version 4 (shop 1.2)": with its labels, or else the nearest labelled version before it. With the
// caller's rights.
[[nodiscard]] std::string release_title(std::int64_t number);

}  // namespace chronos::history

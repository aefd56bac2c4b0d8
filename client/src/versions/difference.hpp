// Differences as the SQL functions of ours return them.
#pragma once

#include <string_view>

#include "chronos/diff.hpp"
#include "connection/value.hpp"

namespace chronos::internal {

// change, kind, identity, old_identity, details: the first columns of diff() and drift().
inline constexpr std::string_view kDifferenceColumns =
    "d.change, d.kind, d.identity, d.old_identity, d.details";
inline constexpr std::size_t kDifferenceWidth = 5;

[[nodiscard]] object_difference difference_of(const row& from);

}  // namespace chronos::internal

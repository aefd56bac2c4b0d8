// Ids of snapshots: YYYYMMDDTHHMMSSZ-8hex, so that they sort by time and can stand in a path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chronos/timestamp.hpp"

namespace chronos::internal {

[[nodiscard]] std::string make_snapshot_id(timestamp moment, std::uint32_t random);

[[nodiscard]] bool is_snapshot_id(std::string_view text) noexcept;

// The moment that an id begins with; the epoch if it is none.
[[nodiscard]] timestamp snapshot_id_time(std::string_view id);

}  // namespace chronos::internal

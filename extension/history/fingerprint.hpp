// The fingerprint of a schema: the sum of the hashes of all its definitions, so that a change costs
// what it changed and the order does not matter. Plain data, inside call().
#pragma once

#include "backend/backend.hpp"

namespace chronos::history {

class fingerprint {
  public:
    static constexpr std::size_t kLanes = 4;

    // Null: that of nothing.
    explicit fingerprint(const bytea* start);

    // A hash has 32 bytes.
    void add(const bytea* hash);
    void remove(const bytea* hash);

    // 32 bytes in the current memory context.
    [[nodiscard]] bytea* bytes() const;

  private:
    using lanes = std::array<std::uint64_t, kLanes>;
    static lanes read(const bytea* from);

    lanes lanes_{};
};

}  // namespace chronos::history

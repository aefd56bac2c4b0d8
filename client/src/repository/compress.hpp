// zstd, one frame an object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chronos::internal {

// The frame of `plain`, in a buffer of this thread that its next call overwrites. The frame states
// the plain size and carries a checksum.
[[nodiscard]] std::string_view compress(std::string_view plain);

// No frame of so many plain bytes is larger, whichever version of zstd made it.
[[nodiscard]] std::uint64_t largest_frame(std::uint64_t plain_bytes) noexcept;

// Fills `out` and returns true if `frame` is one whole frame of exactly `plain_bytes`. A false
// claim about the size never makes it allocate more than the frame yields.
[[nodiscard]] bool decompress(std::string_view frame, std::uint64_t plain_bytes, std::string& out);

}  // namespace chronos::internal

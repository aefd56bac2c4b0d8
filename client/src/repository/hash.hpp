// The two hashes: SHA-256 names objects, sums of xxh3-128 compare the contents of tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chronos::internal {

// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

// Lower-case hexadecimal digits, two a byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);

// True for exactly 64 lower-case hexadecimal digits: nothing else ever becomes part of a path.
[[nodiscard]] bool is_object_name(std::string_view text) noexcept;

// The sum modulo 2^128 of the xxh3-128 of every row's COPY bytes: independent of the order of rows.
// In the binary format a row's bytes are its field count and fields; in the text format the line
// without its newline.
class content_hash {
  public:
    void add_row(std::string_view copy_bytes) noexcept;
    void add(const content_hash& other) noexcept;
    // 32 lower-case hexadecimal digits.
    [[nodiscard]] std::string hex() const;
    [[nodiscard]] static content_hash from_hex(std::string_view digits);

    friend bool operator==(const content_hash&, const content_hash&) = default;

  private:
    void add(std::uint64_t high, std::uint64_t low) noexcept;

    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

}  // namespace chronos::internal

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "chronos/error.hpp"
#include "chronos/version.hpp"

namespace chronos {

namespace {

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

fingerprint::fingerprint(std::string_view hex) {
    bool good = hex.size() == 2 * kBytes;
    for (std::size_t i = 0; good && i < kBytes; ++i) {
        const int high = digit(hex[2 * i]);
        const int low = digit(hex[2 * i + 1]);
        good = high >= 0 && low >= 0;
        bytes_[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    if (!good) {
        throw error(error_code::usage, fmt::format("\"{}\" is not a fingerprint", hex),
                    "A fingerprint has 64 hexadecimal digits.");
    }
}

std::string fingerprint::hex() const { return fmt::format("{:02x}", fmt::join(bytes_, "")); }

std::string fingerprint::brief() const { return hex().substr(0, 12); }

}  // namespace chronos

#include "repository/hash.hpp"

#include <openssl/evp.h>
#include <xxhash.h>

#include <array>
#include <charconv>
#include <memory>

#include "chronos/error.hpp"

namespace chronos::internal {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

void append_hex(std::string& to, std::uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) to += kDigits[(value >> shift) & 15];
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        hex += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return hex;
}

std::string sha256_hex(std::string_view bytes) {
    struct context_deleter {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    thread_local const std::unique_ptr<EVP_MD_CTX, context_deleter> context(EVP_MD_CTX_new());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) {
        throw error(error_code::internal, "could not compute a SHA-256");
    }
    return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

bool is_object_name(std::string_view text) noexcept {
    return text.size() == 64 && text.find_first_not_of(kDigits) == std::string_view::npos;
}

void content_hash::add_row(std::string_view copy_bytes) noexcept {
    const XXH128_hash_t hash = XXH3_128bits(copy_bytes.data(), copy_bytes.size());
    add(hash.high64, hash.low64);
}

void content_hash::add(const content_hash& other) noexcept { add(other.high_, other.low_); }

void content_hash::add(std::uint64_t high, std::uint64_t low) noexcept {
    low_ += low;
    high_ += high + (low_ < low ? 1 : 0);
}

content_hash content_hash::from_hex(std::string_view digits) {
    constexpr std::size_t kHalf = 16;
    content_hash result;
    if (digits.size() != 2 * kHalf || digits.find_first_not_of(kDigits) != std::string_view::npos) {
        throw error(error_code::internal, "not a content hash");
    }
    (void)std::from_chars(digits.data(), digits.data() + kHalf, result.high_, kHalf);
    (void)std::from_chars(digits.data() + kHalf, digits.data() + 2 * kHalf, result.low_, kHalf);
    return result;
}

std::string content_hash::hex() const {
    std::string text;
    append_hex(text, high_);
    append_hex(text, low_);
    return text;
}

}  // namespace chronos::internal

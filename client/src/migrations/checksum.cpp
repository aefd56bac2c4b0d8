#include "migrations/checksum.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "chronos/error.hpp"
#include "core/sql_splitter.hpp"

namespace chronos::internal {

std::string script_checksum(std::string_view script) {
    const std::string text = canonical_sql(script);
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr) != 1)
        throw error(error_code::internal, "could not compute a SHA-256");
    std::string hex;
    for (unsigned int i = 0; i < size; ++i)
        hex += fmt::format("{:02x}", static_cast<unsigned>(bytes.at(i)));
    return hex;
}

}  // namespace chronos::internal

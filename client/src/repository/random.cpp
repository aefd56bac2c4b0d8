#include "repository/random.hpp"

#include <random>

namespace chronos::internal {

std::string random_hex(std::size_t bytes) {
    std::random_device device;
    std::string text;
    for (std::size_t i = 0; i < 2 * bytes; ++i) text += "0123456789abcdef"[device() & 15];
    return text;
}

}  // namespace chronos::internal

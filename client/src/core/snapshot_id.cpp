#include "core/snapshot_id.hpp"

#include <cstdio>

namespace chronos::internal {

std::string make_snapshot_id(timestamp moment, std::uint32_t random) {
    std::string id;
    for (const char c : to_string(moment).substr(0, 19)) {
        if (c != '-' && c != ':') id += c;
    }
    char suffix[16];
    std::snprintf(suffix, sizeof suffix, "Z-%08x", static_cast<unsigned>(random));
    return id + suffix;
}

bool is_snapshot_id(std::string_view text) noexcept {
    constexpr std::string_view kForm = "ddddddddTddddddZ-hhhhhhhh";
    if (text.size() != kForm.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool digit = c >= '0' && c <= '9';
        switch (kForm[i]) {
            case 'd':
                if (!digit) return false;
                break;
            case 'h':
                if (!digit && (c < 'a' || c > 'f')) return false;
                break;
            default:
                if (c != kForm[i]) return false;
        }
    }
    return true;
}

timestamp snapshot_id_time(std::string_view id) {
    if (!is_snapshot_id(id)) return {};
    const auto part = [&](int begin, int size) { return std::string(id.substr(begin, size)); };
    const auto moment = parse_timestamp(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + " " +
                                        part(9, 2) + ":" + part(11, 2) + ":" + part(13, 2));
    return moment.value_or(timestamp());
}

}  // namespace chronos::internal

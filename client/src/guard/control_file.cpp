#include "guard/control_file.hpp"

#include <array>
#include <cstring>

namespace chronos::internal::guard {

namespace {

template <typename number>
number at(std::string_view bytes, std::size_t offset) {
    number value{};
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
}

// CRC-32C, as PostgreSQL computes it.
std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    }
    return crc ^ 0xFFFFFFFF;
}

// The checksum stands behind the last field, at a place that depends on the version.
bool checksum_is_right(std::string_view bytes) {
    for (std::size_t offset = 200; offset + 4 <= bytes.size() && offset <= 400; offset += 4)
        if (at<std::uint32_t>(bytes, offset) == checksum(bytes.substr(0, offset))) return true;
    return false;
}

timestamp moment(std::int64_t seconds) { return timestamp(std::chrono::seconds(seconds)); }

bool plausible(std::int64_t seconds) { return seconds > 946'684'800 && seconds < 4'102'444'800; }

// Where the copy of the checkpoint has its time, from the beginning of the file.
std::size_t checkpoint_time(std::uint32_t version) {
    if (version >= 1201 && version <= 1800) return 104;
    if (version >= 1100 && version < 1201) return 96;
    return 0;
}

}  // namespace

std::string control_file::state_text() const {
    constexpr std::array<const char*, 7> kStates{
        "starting up",       "shut down",           "shut down in recovery", "shutting down",
        "in crash recovery", "in archive recovery", "in production"};
    return state < kStates.size() ? kStates[state] : "unrecognized status code";
}

std::optional<control_file> read_control_file(std::string_view bytes) {
    if (bytes.size() < 296) return std::nullopt;
    control_file result;
    const auto identifier = at<std::uint64_t>(bytes, 0);
    result.version = at<std::uint32_t>(bytes, 8);
    result.catalog_version = at<std::uint32_t>(bytes, 12);
    result.state = at<std::uint32_t>(bytes, 16);
    const auto written = at<std::int64_t>(bytes, 24);
    const bool known = result.version >= 800 && result.version < 10'000 &&
                       result.catalog_version > 200'000'000 && result.catalog_version < 300'000'000;
    if (identifier == 0 || !known) return std::nullopt;
    result.system_identifier = std::to_string(identifier);
    result.written_at = moment(plausible(written) ? written : 0);
    const std::size_t offset = checkpoint_time(result.version);
    if (offset != 0) {
        const auto seconds = at<std::int64_t>(bytes, offset);
        if (plausible(seconds)) result.last_checkpoint = moment(seconds);
    } else if (plausible(written)) {
        result.last_checkpoint = result.written_at;
    }
    result.intact = checksum_is_right(bytes);
    return result;
}

std::string system_identifier_of_wal(std::string_view page) {
    constexpr std::uint16_t kLongHeader = 0x0002;
    if (page.size() < 40 || (at<std::uint16_t>(page, 2) & kLongHeader) == 0) return {};
    // The magic number has been 0xD0xx and 0xD1xx since 7.1.
    if (at<std::uint16_t>(page, 0) < 0xD000 || at<std::uint16_t>(page, 0) > 0xD1FF) return {};
    const auto identifier = at<std::uint64_t>(page, 24);
    return identifier == 0 ? std::string() : std::to_string(identifier);
}

}  // namespace chronos::internal::guard

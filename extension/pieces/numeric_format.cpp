#include "pieces/numeric_format.hpp"

#include "backend/compat.hpp"

namespace chronos::pieces {

namespace {

constexpr uint16 kKind = 0xC000;
constexpr uint16 kNegative = 0x4000;
constexpr uint16 kShort = 0x8000;
constexpr uint16 kSpecial = 0xC000;
constexpr uint16 kShortNegative = 0x2000;
constexpr uint16 kShortScale = 0x1F80;
constexpr int kShortScaleShift = 7;
constexpr uint16 kShortWeightSign = 0x0040;
constexpr uint16 kShortWeight = 0x003F;
constexpr uint16 kScale = 0x3FFF;
constexpr int kDigitsOfGroup = 4;

// Groups of four decimal digits, the first of them worth 10000^weight.
struct parts {
    const char* groups;
    int count;
    int weight;
    uint16 sign;
    uint16 scale;

    [[nodiscard]] int group(int number) const {
        if (number < 0 || number >= count) return 0;
        int16 value = 0;
        memcpy(&value, groups + std::size_t(number) * sizeof(value), sizeof(value));
        return value;
    }
};

bool take_apart(const struct varlena* value, parts& out) {
    const char* at = VARDATA_ANY(value);
    std::size_t size = VARSIZE_ANY_EXHDR(value);
    uint16 header = 0;
    memcpy(&header, at, sizeof(header));
    at += sizeof(header);
    size -= sizeof(header);
    if ((header & kKind) == kSpecial) return false;
    if ((header & kKind) == kShort) {
        out.weight =
            ((header & kShortWeightSign) != 0 ? ~int{kShortWeight} : 0) | (header & kShortWeight);
        out.sign = (header & kShortNegative) != 0 ? kNegative : 0;
        out.scale = (header & kShortScale) >> kShortScaleShift;
    } else {
        int16 weight = 0;
        memcpy(&weight, at, sizeof(weight));
        at += sizeof(weight);
        size -= sizeof(weight);
        out.weight = weight;
        out.sign = header & kKind;
        out.scale = header & kScale;
    }
    out.groups = at;
    out.count = static_cast<int>(size / sizeof(int16));
    return true;
}

void put_group(byte_buffer& to, int group, bool with_zeros) {
    char digits[kDigitsOfGroup];
    for (int i = kDigitsOfGroup - 1; i >= 0; --i) {
        digits[i] = static_cast<char>('0' + group % 10);
        group /= 10;
    }
    int first = 0;
    while (!with_zeros && first < kDigitsOfGroup - 1 && digits[first] == '0') ++first;
    to.put(digits + first, kDigitsOfGroup - first);
}

}  // namespace

bool add_numeric(byte_buffer& to, const struct varlena* value) {
    parts number{};
    if (!take_apart(value, number)) return false;
    to.make_room((4 + std::size_t(number.count)) * sizeof(uint16));
    to.add16(static_cast<uint16>(number.count));
    to.add16(static_cast<uint16>(number.weight));
    to.add16(number.sign);
    to.add16(number.scale);
    for (int i = 0; i < number.count; ++i) to.add16(static_cast<uint16>(number.group(i)));
    return true;
}

bool add_numeric_text(byte_buffer& to, const struct varlena* value) {
    parts number{};
    if (!take_apart(value, number)) return false;
    // Sign, point, a digit before it and whole groups on both sides.
    to.make_room(std::size_t(Max(number.weight, 0) + 2) * kDigitsOfGroup + number.scale +
                 std::size_t{2} * kDigitsOfGroup);
    if (number.sign == kNegative) to.put('-');
    if (number.weight < 0) to.put('0');
    for (int i = 0; i <= number.weight; ++i) put_group(to, number.group(i), i > 0);
    if (number.scale > 0) {
        to.put('.');
        const std::size_t end = to.size + number.scale;
        for (int i = number.weight + 1; to.size < end; ++i) put_group(to, number.group(i), true);
        to.size = end;
    }
    return true;
}

}  // namespace chronos::pieces

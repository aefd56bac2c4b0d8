#include "pieces/jsonb_text.hpp"

#include "pieces/numeric_format.hpp"

extern "C" {
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/fmgrprotos.h>
}

namespace chronos::pieces {

namespace {

// Where the values of a container lie, one after the other.
struct place {
    const JsonbContainer& in;
    const char* base;
    uint32 number;
    uint32 offset;

    [[nodiscard]] JEntry entry() const { return in.children[number]; }
    [[nodiscard]] const char* data() const { return base + offset; }
    [[nodiscard]] const char* aligned() const { return base + INTALIGN(offset); }
    [[nodiscard]] uint32 length() const {
        const JEntry here = entry();
        return JBE_HAS_OFF(here) ? JBE_OFFLENFLD(here) - offset : JBE_OFFLENFLD(here);
    }
    void advance() {
        offset += length();
        ++number;
    }
};

bool is_plain(unsigned char byte) { return byte >= ' ' && byte != '"' && byte != '\\'; }

void put_escaped(byte_buffer& to, unsigned char byte) {
    constexpr char kHex[] = "0123456789abcdef";
    switch (byte) {
        case '\b':
            to.put("\\b", 2);
            break;
        case '\f':
            to.put("\\f", 2);
            break;
        case '\n':
            to.put("\\n", 2);
            break;
        case '\r':
            to.put("\\r", 2);
            break;
        case '\t':
            to.put("\\t", 2);
            break;
        case '"':
            to.put("\\\"", 2);
            break;
        case '\\':
            to.put("\\\\", 2);
            break;
        default:
            to.put("\\u00", 4);
            to.put(kHex[byte >> 4]);
            to.put(kHex[byte & 15]);
            break;
    }
}

bool add_string(byte_buffer& to, const char* text, std::size_t length, std::size_t most) {
    constexpr std::size_t kLongestEscape = 6;
    to.add('"');
    for (std::size_t i = 0; i < length;) {
        std::size_t end = i;
        while (end < length && is_plain(static_cast<unsigned char>(text[end]))) ++end;
        to.make_room(end - i + kLongestEscape);
        to.put(text + i, end - i);
        if (end < length) put_escaped(to, static_cast<unsigned char>(text[end++]));
        if (to.size > most) return false;
        i = end;
    }
    to.add('"');
    return true;
}

void add_number(byte_buffer& to, const char* at) {
    const auto* const value = reinterpret_cast<const struct varlena*>(at);
    if (!add_numeric_text(to, value)) {
        const char* const text =
            DatumGetCString(DirectFunctionCall1(numeric_out, PointerGetDatum(value)));
        to.add(text, strlen(text));
    }
}

bool add_value(byte_buffer& to, const place& at, std::size_t most) {
    CHECK_FOR_INTERRUPTS();
    const JEntry entry = at.entry();
    if (JBE_ISSTRING(entry)) {
        return add_string(to, at.data(), at.length(), most);
    } else if (JBE_ISNUMERIC(entry)) {
        add_number(to, at.aligned());
    } else if (JBE_ISBOOL_TRUE(entry)) {
        to.add("true", 4);
    } else if (JBE_ISBOOL_FALSE(entry)) {
        to.add("false", 5);
    } else if (JBE_ISNULL(entry)) {
        to.add("null", 4);
    } else {
        return add_jsonb_text(to, *reinterpret_cast<const JsonbContainer*>(at.aligned()), most);
    }
    return to.size <= most;
}

bool add_array(byte_buffer& to, const JsonbContainer& array, std::size_t most) {
    const uint32 count = JsonContainerSize(&array);
    place at{array, reinterpret_cast<const char*>(&array.children[count]), 0, 0};
    if (JsonContainerIsScalar(&array)) {
        return add_value(to, at, most);
    }
    to.add('[');
    for (; at.number < count; at.advance()) {
        if (at.number > 0) to.add(", ", 2);
        if (!add_value(to, at, most)) return false;
    }
    to.add(']');
    return true;
}

bool add_object(byte_buffer& to, const JsonbContainer& object, std::size_t most) {
    const uint32 count = JsonContainerSize(&object);
    const char* const base =
        reinterpret_cast<const char*>(&object.children[std::size_t{2} * count]);
    place key{object, base, 0, 0};
    place value{object, base, count,
                count == 0 ? 0 : getJsonbOffset(&object, static_cast<int>(count))};
    to.add('{');
    for (; key.number < count; key.advance(), value.advance()) {
        if (key.number > 0) to.add(", ", 2);
        if (!add_string(to, key.data(), key.length(), most)) return false;
        to.add(": ", 2);
        if (!add_value(to, value, most)) return false;
    }
    to.add('}');
    return true;
}

}  // namespace

bool add_jsonb_text(byte_buffer& to, const JsonbContainer& container, std::size_t most) {
    check_stack_depth();
    return JsonContainerIsObject(&container) ? add_object(to, container, most)
                                             : add_array(to, container, most);
}

}  // namespace chronos::pieces

#include "core/object_path.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace chronos::core {

namespace {

// File systems end at 255 bytes; room is left for what is appended.
constexpr std::size_t kLongest = 200;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '(' ||
           c == ')' || c == '[' || c == ']' || c == ',' || c == ' ' || c == '=' || c == '+' ||
           c == '@' || c == '#' || c == '$' || c == '.';
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_foreign(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }

void append_hex(std::string& to, std::uint64_t number, int digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int place = digits - 1; place >= 0; --place) to += kDigits[number >> (4 * place) & 15U];
}

void append_escaped(std::string& to, char c) {
    to += '%';
    append_hex(to, static_cast<unsigned char>(c), 2);
}

// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

bool kept_by_windows(std::string_view name) {
    constexpr std::array<std::string_view, 4> kDevices{"con", "prn", "aux", "nul"};
    const std::string_view stem = name.substr(0, name.find('.'));
    if (stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt"))) return true;
    return std::find(kDevices.begin(), kDevices.end(), stem) != kDevices.end();
}

// Cut between characters, not within one or within an escape.
void shorten(std::string& name) {
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U) --end;
    for (std::size_t back = 1; back <= 2 && back <= end; ++back) {
        if (name[end - back] == '%') end -= back;
    }
    name.resize(end);
}

// One name as a component of a path.
std::string component(std::string_view name, bool dots = true) {
    std::string result;
    for (const char c : name) {
        if ((is_plain(c) && (dots || c != '.')) || is_upper(c) || is_foreign(c)) {
            result += c;
        } else {
            append_escaped(result, c);
        }
    }
    const auto escape_at = [&result](std::size_t place) {
        std::string escaped;
        append_escaped(escaped, result[place]);
        result.replace(place, 1, escaped);
    };
    if (result.empty()) return "%";
    if (result.back() == '.' || result.back() == ' ') escape_at(result.size() - 1);
    if (result.front() == '.' || result.front() == ' ' || result.front() == '-') escape_at(0);
    if (kept_by_windows(result)) escape_at(0);
    const bool folds =
        std::any_of(name.begin(), name.end(), [](char c) { return is_upper(c) || is_foreign(c); });
    const bool too_long = result.size() > kLongest;
    if (too_long) shorten(result);
    if (folds || too_long) {
        result += '~';
        append_hex(result, hash_of(name), 16);
    }
    return result;
}

// Takes an identifier, quoted or not, from the front of the text.
std::optional<std::string> take_identifier(std::string_view& text) {
    std::string name;
    if (text.starts_with('"')) {
        std::size_t i = 1;
        for (; i < text.size(); ++i) {
            if (text[i] == '"' && (i + 1 == text.size() || text[i + 1] != '"')) break;
            name += text[i];
            if (text[i] == '"') ++i;
        }
        if (i == text.size()) return std::nullopt;
        text.remove_prefix(i + 1);
        return name;
    }
    while (!text.empty() &&
           (is_foreign(text.front()) || text.front() == '_' || text.front() == '$' ||
            (is_plain(text.front()) && (text.front() >= '0')))) {
        const char c = text.front();
        if (c == '=' || c == '@' || c == '[' || c == ']') break;
        name += c;
        text.remove_prefix(1);
    }
    if (name.empty()) return std::nullopt;
    return name;
}

// f(integer) of "f"(integer): the identifier without its quotes, the rest as it is.
std::string unquoted(std::string_view text) {
    std::string_view rest = text;
    const auto name = take_identifier(rest);
    if (!name || (!rest.empty() && rest.front() != '(' && rest.front() != ' ')) {
        return std::string(text);
    }
    return *name + std::string(rest);
}

struct place {
    std::string schema;
    std::string name;  // escaped already
};

// "name on schema.table"
std::optional<place> member_place(std::string_view identity) {
    constexpr std::string_view kOn = " on ";
    const auto name = take_identifier(identity);
    if (!name || !identity.starts_with(kOn)) return std::nullopt;
    identity.remove_prefix(kOn.size());
    const auto schema = take_identifier(identity);
    if (!schema || !identity.starts_with('.')) return std::nullopt;
    identity.remove_prefix(1);
    const auto table = take_identifier(identity);
    if (!table || !identity.empty()) return std::nullopt;
    return place{*schema, component(*table, false) + '.' + component(*name)};
}

std::optional<place> place_of(std::string_view identity) {
    std::string_view rest = identity;
    const auto schema = take_identifier(rest);
    if (schema && rest.size() > 1 && rest.front() == '.') {
        return place{*schema, component(unquoted(rest.substr(1)))};
    }
    return member_place(identity);
}

bool fits_a_tag(std::string_view label, std::size_t i) {
    const char c = label[i];
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return false;
    if (std::string_view("~^:?*[\\%@/").find(c) != std::string_view::npos) return false;
    if (c == '.') return i > 0 && i + 1 < label.size() && label[i - 1] != '.';
    return c != '-' || i > 0;
}

}  // namespace

std::string object_path(std::string_view kind, std::string_view identity) {
    std::string folder(kind);
    std::replace(folder.begin(), folder.end(), ' ', '-');
    folder = component(folder);
    if (const auto found = place_of(identity)) {
        return component(found->schema) + '/' + folder + '/' + found->name + ".sql";
    }
    return folder + '/' + component(unquoted(identity)) + ".sql";
}

std::string tag_name(std::string_view label) {
    std::string name;
    for (std::size_t i = 0; i < label.size(); ++i) {
        if (fits_a_tag(label, i)) {
            name += label[i];
        } else {
            append_escaped(name, label[i]);
        }
    }
    constexpr std::string_view kLock = ".lock";
    if (name.ends_with(kLock)) name.replace(name.size() - kLock.size(), 1, "%2e");
    return name;
}

}  // namespace chronos::core

#include "core/mount_table.hpp"

#include <algorithm>
#include <charconv>

namespace chronos::core {

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0) words.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

std::string unescaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) &&
            is_octal(text[i + 2]) && is_octal(text[i + 3])) {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                     (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

bool read_number(std::string_view text, int& into) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), into);
    return failure == std::errc() && end == text.data() + text.size();
}

std::optional<mount> read_line(std::string_view line) {
    const std::vector<std::string_view> words = words_of(line);
    const auto dash = words.size() < 7
                          ? words.end()
                          : std::find(words.begin() + 6, words.end(), std::string_view("-"));
    mount out;
    if (words.end() - dash < 3 || !read_number(words[0], out.id) ||
        !read_number(words[1], out.parent) || words[4].front() != '/') {
        return std::nullopt;
    }
    out.device = words[2];
    out.root = unescaped(words[3]);
    out.point = unescaped(words[4]);
    out.type = unescaped(dash[1]);
    out.source = unescaped(dash[2]);
    out.super_options = words.end() - dash > 3 ? unescaped(dash[3]) : std::string();
    return out;
}

}  // namespace

bool lies_under(std::string_view path, std::string_view folder) noexcept {
    if (folder == "/") return !path.empty() && path.front() == '/';
    return path.substr(0, folder.size()) == folder &&
           (path.size() == folder.size() || path[folder.size()] == '/');
}

mount_table mount_table::parse(std::string_view text) {
    mount_table out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (std::optional<mount> line = read_line(text.substr(0, end))) {
            out.mounts_.push_back(std::move(*line));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

const mount* mount_table::root() const {
    for (const mount& each : mounts_) {
        if (each.point != "/") continue;
        const bool has_parent = std::any_of(
            mounts_.begin(), mounts_.end(),
            [&each](const mount& other) { return other.id == each.parent && other.id != each.id; });
        if (!has_parent) return &each;
    }
    return nullptr;
}

// The last one counts: at one place a mount is the child of the one it covers.
const mount* mount_table::above(const mount& below, std::string_view point) const {
    const mount* found = nullptr;
    for (const mount& each : mounts_) {
        if (each.parent == below.id && each.id != below.id && each.point == point) found = &each;
    }
    return found;
}

// For tables with holes, as in a chroot or in an excerpt.
const mount* mount_table::last_with_longest_prefix(std::string_view path) const {
    const mount* found = nullptr;
    for (const mount& each : mounts_) {
        if (lies_under(path, each.point) &&
            (found == nullptr || each.point.size() >= found->point.size())) {
            found = &each;
        }
    }
    return found;
}

// Down from the root, as the kernel walks: what was mounted over a folder hides the mounts below
// it, whatever the order of the lines.
const mount* mount_table::find(std::string_view path) const {
    const mount* present = root();
    if (present == nullptr) return last_with_longest_prefix(path);
    std::size_t steps = 0;
    const auto climb = [&](std::string_view point) {
        while (const mount* const next = above(*present, point)) {
            if (++steps > mounts_.size()) return;  // a circle: no table of a kernel
            present = next;
        }
    };
    climb("/");
    for (std::size_t end = path.find('/', 1); end != std::string_view::npos;
         end = path.find('/', end + 1)) {
        climb(path.substr(0, end));
    }
    climb(path);
    return present;
}

const mount* mount_table::at(std::string_view point) const {
    const mount* const found = find(point);
    return found != nullptr && found->point == point ? found : nullptr;
}

}  // namespace chronos::core

#include "compose/mount.hpp"

namespace chronos::internal::compose {

namespace {

bool looks_like_path(std::string_view source) {
    return source.starts_with('/') || source.starts_with('.') || source.starts_with('~') ||
           source.find('/') != std::string_view::npos ||
           source.find('\\') != std::string_view::npos;
}

bool drive(std::string_view text) {
    const bool letter =
        !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
    return letter && text.size() > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
}

std::size_t colon_of(std::string_view text) {
    int depth = 0;
    for (std::size_t i = drive(text) ? 2 : 0; i < text.size(); ++i) {
        if (text[i] == '{' && i > 0 && text[i - 1] == '$') ++depth;
        if (text[i] == '}' && depth > 0) --depth;
        if (text[i] == ':' && depth == 0) return i;
    }
    return std::string_view::npos;
}

bool has_option(std::string_view options, std::string_view wanted) {
    while (!options.empty()) {
        const auto comma = options.find(',');
        if (options.substr(0, comma) == wanted) return true;
        if (comma == std::string_view::npos) return false;
        options.remove_prefix(comma + 1);
    }
    return false;
}

mount short_form(const tree& entry) {
    mount result;
    const std::vector<std::string> parts = parts_of(entry.text);
    if (parts.size() == 1) {
        result.kind = mount_kind::anonymous;
        result.target = clean_path(parts[0]);
    } else {
        result.source = parts[0];
        result.target = clean_path(parts[1]);
        result.kind = looks_like_path(parts[0]) ? mount_kind::bind : mount_kind::named;
        result.read_only = parts.size() > 2 && has_option(parts[2], "ro");
    }
    return result;
}

mount long_form(const tree& entry) {
    mount result;
    std::string type = entry.text_of("type");
    const auto first_of = [&entry](std::initializer_list<std::string_view> names) {
        for (const std::string_view name : names)
            if (std::string text = entry.text_of(name); !text.empty()) return text;
        return std::string();
    };
    result.source = first_of({"source", "src"});
    result.target = clean_path(first_of({"target", "destination", "dst"}));
    result.read_only = entry.flag("read_only");
    if (type.empty()) type = looks_like_path(result.source) ? "bind" : "volume";
    if (type == "volume")
        result.kind = result.source.empty() ? mount_kind::anonymous : mount_kind::named;
    if (type == "bind") result.kind = mount_kind::bind;
    if (type == "tmpfs") result.kind = mount_kind::tmpfs;
    return result;
}

bool any_unresolved(const tree& entry) {
    if (entry.unresolved) return true;
    for (const auto& [name, value] : entry.entries)
        if (value.unresolved) return true;
    return false;
}

void add_tmpfs(std::vector<mount>& to, const tree& entry) {
    if (!entry.is_scalar()) return;
    mount one;
    one.kind = mount_kind::tmpfs;
    one.target = clean_path(entry.text.substr(0, entry.text.find(':')));
    one.at = entry.at;
    one.written = entry;
    to.push_back(std::move(one));
}

}  // namespace

std::vector<mount> mounts_of(const tree& service) {
    std::vector<mount> result;
    if (const tree* volumes = service.find("volumes"); volumes != nullptr) {
        for (const tree& entry : volumes->items) {
            if (!entry.is_scalar() && !entry.is_map()) continue;
            mount one = entry.is_map() ? long_form(entry) : short_form(entry);
            one.unresolved = any_unresolved(entry);
            one.at = entry.at;
            one.written = entry;
            result.push_back(std::move(one));
        }
    }
    if (const tree* memory = service.find("tmpfs"); memory != nullptr) {
        add_tmpfs(result, *memory);
        for (const tree& entry : memory->items) add_tmpfs(result, entry);
    }
    return result;
}

std::vector<std::string> parts_of(std::string_view entry) {
    std::vector<std::string> parts;
    while (true) {
        const auto colon = colon_of(entry);
        parts.emplace_back(entry.substr(0, colon));
        if (colon == std::string_view::npos) return parts;
        entry.remove_prefix(colon + 1);
    }
}

std::string clean_path(std::string_view path) {
    std::vector<std::string_view> parts;
    const bool absolute = path.starts_with('/');
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        if (part.empty() || part == ".") continue;
        if (part == ".." && !parts.empty() && parts.back() != "..") {
            parts.pop_back();
        } else if (part != ".." || !absolute) {
            parts.push_back(part);
        }
    }
    std::string result;
    for (const std::string_view part : parts) {
        if (absolute || !result.empty()) result += '/';
        result += part;
    }
    return result.empty() && absolute ? "/" : result;
}

bool is_within(std::string_view path, std::string_view folder) {
    if (folder == "/") return path.starts_with('/');
    return path == folder ||
           (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

const mount* holder_of(const std::vector<mount>& mounts, std::string_view path) {
    const mount* best = nullptr;
    for (const mount& one : mounts) {
        if (one.target.empty() || !is_within(path, one.target)) continue;
        if (best == nullptr || one.target.size() >= best->target.size()) best = &one;
    }
    return best;
}

}  // namespace chronos::internal::compose

#include "compose/project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chronos/error.hpp"
#include "compose/mount.hpp"

namespace chronos::internal::compose {

namespace {

constexpr int kMaxDepth = 16;

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

std::string joined(const std::string& beside, const std::string& path) {
    return path.starts_with('/') ? path : folder_of(beside) + path;
}

// Lists that a later file replaces instead of adding to them.
bool replaced(std::string_view key) {
    constexpr std::array<std::string_view, 3> kKeys{"command", "entrypoint", "test"};
    return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

std::string target_of(const tree& entry) {
    tree service;
    service.what = tree::kind::map;
    tree list;
    list.what = tree::kind::sequence;
    list.items.push_back(entry);
    service.set("volumes", std::move(list));
    const auto mounts = mounts_of(service);
    return mounts.empty() ? std::string() : mounts.front().target;
}

// Two mounts on one path: the later file's.
void add_mounts(tree& base, const tree& over) {
    for (const tree& entry : over.items) {
        const std::string target = target_of(entry);
        std::erase_if(base.items, [&target](const tree& one) { return target_of(one) == target; });
        base.items.push_back(entry);
    }
}

tree environment_map(const tree& value) {
    if (!value.is_sequence()) return value;
    tree result;
    result.what = tree::kind::map;
    result.at = value.at;
    for (const tree& item : value.items) {
        const auto sign = item.text.find('=');
        if (!item.is_scalar() || sign == std::string::npos) continue;
        tree one = item;
        one.text = item.text.substr(sign + 1);
        result.set(item.text.substr(0, sign), std::move(one));
    }
    return result;
}

void overlay(tree& base, const tree& over);

void overlay_entry(tree& base, const std::string& key, const tree& value) {
    tree* known = base.find(key);
    if (value.tag == "!reset") {
        std::erase_if(base.entries, [&key](const auto& one) { return one.key == key; });
    } else if (known == nullptr || value.tag == "!override") {
        base.set(key, value);
    } else if (key == "environment") {
        *known = environment_map(*known);
        overlay(*known, environment_map(value));
    } else if (key == "volumes" && known->is_sequence() && value.is_sequence()) {
        add_mounts(*known, value);
    } else if (known->is_map() && value.is_map()) {
        overlay(*known, value);
    } else if (known->is_sequence() && value.is_sequence() && !replaced(key)) {
        known->items.insert(known->items.end(), value.items.begin(), value.items.end());
    } else if (value.what != tree::kind::null) {
        *known = value;
    }
}

void overlay(tree& base, const tree& over) {
    if (!base.is_map()) {
        base = tree();
        base.what = tree::kind::map;
        base.at = over.at;
    }
    for (const auto& [key, value] : over.entries) overlay_entry(base, key, value);
}

class loader {
  public:
    explicit loader(const compose_options& options) : options_(options) {}

    tree file(const compose_file& from, int depth = 0) {
        tree root = read_tree(from.path, from.text, options_.variables);
        if (!root.is_map()) {
            throw error(error_code::usage, fmt::format("{}: is no compose file", from.path), {},
                        "A compose file is a map with the key services.");
        }
        old_style(root);
        if (tree* services = root.find("services"); services != nullptr) {
            for (auto& [name, service] : services->entries)
                service = extended(*services, name, service, from.path, depth);
        }
        return depth < kMaxDepth ? with_included(std::move(root), from.path, depth) : root;
    }

    std::vector<unread> missing;

  private:
    // The first format had the services at the top.
    static void old_style(tree& root) {
        if (root.find("services") != nullptr || root.find("version") != nullptr ||
            root.find("include") != nullptr || root.find("volumes") != nullptr)
            return;
        const bool services =
            std::any_of(root.entries.begin(), root.entries.end(), [](const auto& one) {
                return one.value.is_map() &&
                       (one.value.find("image") != nullptr || one.value.find("build") != nullptr);
            });
        if (!services) return;
        tree wrapped;
        wrapped.what = tree::kind::map;
        tree body = std::move(root);
        std::erase_if(body.entries, [](const auto& one) { return !one.value.is_map(); });
        wrapped.set("services", std::move(body));
        root = std::move(wrapped);
    }

    std::optional<tree> read(const std::string& path, int depth) {
        const auto text = options_.read ? options_.read(path) : std::nullopt;
        if (!text || depth >= kMaxDepth) return std::nullopt;
        return file({path, *text}, depth + 1);
    }

    tree extended(const tree& services, const std::string& name, const tree& service,
                  const std::string& path, int depth) {
        const tree* extends = service.find("extends");
        if (extends == nullptr || depth > kMaxDepth) return service;
        const std::string base_name =
            extends->is_scalar() ? extends->text : extends->text_of("service");
        const std::string other = extends->text_of("file");
        std::optional<tree> base;
        if (other.empty()) {
            if (const tree* found = services.find(base_name))
                base = extended(services, base_name, *found, path, depth + 1);
        } else if (const auto root = read(joined(path, other), depth)) {
            const tree* list = root->find("services");
            if (const tree* found = list == nullptr ? nullptr : list->find(base_name))
                base = *found;
        }
        if (!base) {
            missing.push_back({extends->at, name,
                               fmt::format("extends {}{}, which cannot be read", base_name,
                                           other.empty() ? "" : " of " + other)});
            return service;
        }
        overlay(*base, service);
        base->at = service.at;
        return *base;
    }

    void include(tree& into, const tree& what, const std::string& path, int depth) {
        if (what.is_sequence()) {
            for (const tree& one : what.items) include(into, one, path, depth);
        } else if (what.is_map()) {
            if (const tree* inner = what.find("path")) include(into, *inner, path, depth);
        } else if (what.is_scalar()) {
            const auto root = read(joined(path, what.text), depth);
            if (root) overlay(into, *root);
            if (!root) {
                missing.push_back(
                    {what.at, {}, fmt::format("includes {}, which cannot be read", what.text)});
            }
        }
    }

    tree with_included(tree root, const std::string& path, int depth) {
        const tree* includes = root.find("include");
        if (includes == nullptr) return root;
        tree base;
        base.what = tree::kind::map;
        include(base, *includes, path, depth);
        overlay(base, root);
        return base;
    }

    const compose_options& options_;
};

}  // namespace

tree environment_of(const tree& service) {
    const tree* value = service.find("environment");
    return value == nullptr ? tree{} : environment_map(*value);
}

project load_project(const std::vector<compose_file>& files, const compose_options& options) {
    loader load(options);
    project result;
    for (const compose_file& one : files) overlay(result.root, load.file(one));
    result.missing = std::move(load.missing);
    result.name = result.root.text_of("name");
    if (result.name.empty()) result.name = options.project;
    return result;
}

}  // namespace chronos::internal::compose

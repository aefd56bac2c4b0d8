#include "compose/correction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compose/rules.hpp"

namespace chronos::internal::compose {

namespace {

bool plain(const std::string& text) {
    if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
    if (std::string_view("-?:,[]{}#&*!|>'\"%@`").find(text.front()) != std::string_view::npos)
        return false;
    if (text.find(": ") != std::string::npos || text.find(" #") != std::string::npos ||
        text.back() == ':' || text.find('\n') != std::string::npos)
        return false;
    constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "null", "~"};
    return std::find(std::begin(kWords), std::end(kWords), text) == std::end(kWords) &&
           text.find_first_not_of("0123456789.") != std::string::npos;
}

std::string quoted(const std::string& text) {
    if (plain(text)) return text;
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c == '\n' ? ' ' : c;
    }
    return result + "\"";
}

// A value as block YAML, `indent` blanks deep; begins on the line of its key or dash.
std::string block(const tree& value, std::size_t indent) {
    const std::string blanks(indent, ' ');
    std::string result;
    if (value.is_scalar()) {
        const bool text = value.quoted || value.raw.find('\n') != std::string::npos;
        return " " + (text ? quoted(value.raw) : value.raw) + "\n";
    }
    if (value.is_map()) {
        for (const auto& [key, one] : value.entries)
            result += blanks + key + ":" + block(one, indent + 2);
        return "\n" + result;
    }
    for (const tree& one : value.items) result += blanks + "-" + block(one, indent + 2);
    return "\n" + result;
}

// "- key: value" with the further keys below the first.
std::string item(const tree& entry) {
    if (!entry.is_map()) return "      -" + block(entry, 8);
    std::string text = block(entry, 8).substr(1);
    if (text.size() > 8) text.replace(6, 2, "- ");
    return text;
}

std::string moved(const mount& from, const std::string& target) {
    if (from.written.is_map()) {
        tree entry = from.written;
        for (auto& [key, value] : entry.entries)
            if (key == "target" || key == "dst" || key == "destination") value.raw = target;
        return item(entry);
    }
    std::vector<std::string> parts = parts_of(from.written.raw);
    if (parts.size() < 2) return {};
    parts[1] = target;
    std::string text = parts[0] + ":" + parts[1];
    if (parts.size() > 2) text += ":" + parts[2];
    return "      - " + quoted(text) + "\n";
}

struct corrected_service {
    std::string text;                // the lines below `volumes:`
    std::vector<std::string> fresh;  // volumes to be made
    std::vector<std::string> kept;   // declared ones that hold data or a repository
    bool changed = false;
};

bool stays(const mount& one, const data_place& data) {
    if (&one == data.decoy) return false;
    if (data.verdict == data_verdict::mounted) return true;
    // What holds the data wrongly, and what would lie over the right place.
    return &one != data.holder && one.target != data.right_target;
}

corrected_service correct(const project& of, const database_service& service) {
    corrected_service result;
    bool certain = true;
    const data_place data = worst_place(service, of.root.find("volumes"), &certain);
    const std::string data_volume = service.name + "-data";
    if (data.verdict != data_verdict::mounted) {
        result.changed = true;
        std::string line = data.decoy == nullptr ? "" : moved(*data.decoy, data.right_target);
        if (!line.empty() && data.decoy != nullptr && data.decoy->kind == mount_kind::named)
            result.kept.push_back(data.decoy->source);
        if (line.empty()) {
            line = "      - " + quoted(data_volume + ":" + data.right_target) + "\n";
            result.fresh.push_back(data_volume);
        }
        result.text += line;
    } else if (data.holder->kind == mount_kind::named && !data.holder->unresolved) {
        result.kept.push_back(data.holder->source);
    }
    for (const mount& one : service.mounts) {
        const bool memory = one.kind == mount_kind::tmpfs && one.written.is_scalar();
        if (memory || !stays(one, data)) continue;
        result.text += item(one.written);
    }
    const mount* repository = repository_mount(service, data);
    const bool same = repository != nullptr && data.holder != nullptr &&
                      repository->source == data.holder->source;
    if (repository == nullptr || same) {
        result.changed = true;
        const std::string name = service.name + "-repository";
        result.fresh.push_back(name);
        result.text += "      - " + quoted(name + ":/var/lib/chronos/repository") + "\n";
    } else if (repository->kind == mount_kind::named && !repository->unresolved) {
        result.kept.push_back(repository->source);
    }
    return result;
}

bool external(const tree* volume) {
    if (volume == nullptr) return false;
    const tree* flag = volume->find("external");
    return flag != nullptr && (flag->is_map() || volume->flag("external"));
}

std::string declaration(const project& of, const std::string& name) {
    const tree* volumes = of.root.find("volumes");
    const tree* volume = volumes == nullptr ? nullptr : volumes->find(name);
    std::string real = volume == nullptr ? std::string() : volume->text_of("name");
    if (external(volume) || (volume != nullptr && volume->find("driver_opts") != nullptr))
        return fmt::format("  {}:{}", name, block(*volume, 4));
    if (volume == nullptr) {
        return fmt::format("  {0}:\n    external: true  # docker volume create {0}\n", name);
    }
    if (real.empty()) real = (of.name.empty() ? "PROJECT" : of.name) + "_" + name;
    return fmt::format("  {0}:\n    external: true\n    name: {1}  # as it is called now\n", name,
                       quoted(real));
}

}  // namespace

std::string corrected_yaml(const project& of, const std::vector<database_service>& services) {
    std::string bodies;
    std::vector<std::string> names;
    bool changed = false;
    const auto note = [&names](const std::vector<std::string>& more) {
        for (const std::string& name : more)
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    const tree* volumes = of.root.find("volumes");
    for (const database_service& service : services) {
        if (service.pgdata_unresolved || service.inherits ||
            (!service.image && service.pgdata.empty()))
            continue;
        const corrected_service one = correct(of, service);
        const bool inside =
            std::any_of(one.kept.begin(), one.kept.end(), [volumes](const std::string& name) {
                return !external(volumes == nullptr ? nullptr : volumes->find(name));
            });
        if (!one.changed && !inside) continue;
        changed = true;
        bodies += "  " + service.name + ":\n    volumes:\n" + one.text;
        note(one.kept);
        note(one.fresh);
    }
    if (!changed) return {};
    std::string result = "services:\n" + bodies;
    if (!names.empty()) result += "volumes:\n";
    for (const std::string& name : names) result += declaration(of, name);
    return result;
}

}  // namespace chronos::internal::compose

#include "guard/inventory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "chronos/error.hpp"

namespace chronos::internal::guard {

namespace {

using json = nlohmann::json;

std::string text_at(const json& from, const char* key) {
    const auto found = from.find(key);
    return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const json& below(const json& from, const char* key) {
    static const json kNothing;
    const auto found = from.is_object() ? from.find(key) : from.end();
    return from.is_object() && found != from.end() ? *found : kNothing;
}

bool flag_at(const json& from, const char* key) {
    const json& value = below(from, key);
    return value.is_boolean() && value.get<bool>();
}

std::map<std::string, std::string> texts(const json& from) {
    std::map<std::string, std::string> result;
    if (!from.is_object()) return result;
    for (const auto& [key, value] : from.items())
        if (value.is_string()) result[key] = value.get<std::string>();
    return result;
}

answer asked(const engine_call& engine, asker& questions, std::vector<std::string> words) {
    const std::string verb = words.front();
    answer result = questions.ask(question(engine, std::move(words)));
    if (result.good()) return result;
    std::string detail = result.errors;
    while (!detail.empty() && detail.back() == '\n') detail.pop_back();
    throw error(error_code::connection,
                fmt::format("{} does not answer to \"{}\"", engine.program, verb), detail,
                "Start the engine, or run this as a user who may ask it.");
}

json parsed(const engine_call& engine, const std::string& text) {
    json result = json::parse(text, nullptr, false);
    if (result.is_discarded()) {
        throw error(error_code::connection,
                    fmt::format("the answer of {} cannot be read", engine.program));
    }
    return result;
}

// Words, one a line.
std::vector<std::string> listed(const std::string& text) {
    std::istringstream in(text);
    std::set<std::string> once{std::istream_iterator<std::string>(in), {}};
    return {once.begin(), once.end()};
}

void read_version(inventory& into, const engine_call& engine, asker& questions) {
    const json version =
        parsed(engine, asked(engine, questions, {"version", "--format", "{{json .}}"}).output);
    const json& server =
        below(version, "Server").is_object() ? below(version, "Server") : below(version, "Client");
    into.version = text_at(server, "Version");
    std::string api = text_at(server, "ApiVersion");
    if (api.empty()) api = text_at(server, "APIVersion");
    const auto dot = api.find('.');
    if (api.starts_with("1.") && dot != std::string::npos)
        into.api_minor = std::atoi(api.c_str() + dot + 1);
    if (into.version.empty())
        throw error(error_code::connection, fmt::format("{} has no server", engine.program), {},
                    "Start the engine.");
}

container read_container(const json& from) {
    container result;
    result.id = text_at(from, "Id");
    result.name = text_at(from, "Name");
    if (result.name.starts_with('/')) result.name.erase(0, 1);
    const json& config = below(from, "Config");
    result.image = text_at(config, "Image");
    result.labels = texts(below(config, "Labels"));
    for (const json& one : below(config, "Env")) {
        const std::string text = one.is_string() ? one.get<std::string>() : std::string();
        if (text.starts_with("PGDATA=")) result.data_directory = text.substr(7);
    }
    const json& state = below(from, "State");
    result.running =
        flag_at(state, "Running") || flag_at(state, "Paused") || flag_at(state, "Restarting");
    const json& host = below(from, "HostConfig");
    result.removed_when_stopped = flag_at(host, "AutoRemove");
    for (const json& one : below(from, "Mounts")) {
        mounted mount{text_at(one, "Type"), text_at(one, "Name"), text_at(one, "Source"),
                      text_at(one, "Destination"), false};
        // The engine removes what it named itself. One that compose hands on from an older
        // container may stay, but nothing says so reliably.
        mount.anonymous = mount.type == "volume" && generated_name(mount.name);
        result.mounts.push_back(std::move(mount));
    }
    result.writable_layer = text_at(below(below(from, "GraphDriver"), "Data"), "UpperDir");
    return result;
}

void read_containers(inventory& into, const engine_call& engine, asker& questions) {
    std::vector<std::string> ids =
        listed(asked(engine, questions, {"ps", "-a", "-q", "--no-trunc"}).output);
    if (ids.empty()) return;
    std::vector<std::string> words{"inspect", "--type", "container"};
    words.insert(words.end(), ids.begin(), ids.end());
    for (const json& one : parsed(engine, asked(engine, questions, std::move(words)).output))
        into.containers.push_back(read_container(one));
}

void read_volumes(inventory& into, const engine_call& engine, asker& questions) {
    std::vector<std::string> names =
        listed(asked(engine, questions, {"volume", "ls", "-q"}).output);
    if (names.empty()) return;
    std::vector<std::string> words{"volume", "inspect"};
    words.insert(words.end(), names.begin(), names.end());
    for (const json& one : parsed(engine, asked(engine, questions, std::move(words)).output)) {
        volume each;
        each.name = text_at(one, "Name");
        each.driver = text_at(one, "Driver");
        each.path = text_at(one, "Mountpoint");
        each.labels = texts(below(one, "Labels"));
        each.options = texts(below(one, "Options"));
        each.anonymous = each.labels.contains("com.docker.volume.anonymous") ||
                         flag_at(one, "Anonymous") || generated_name(each.name);
        into.volumes.push_back(std::move(each));
    }
}

// An engine of another machine has paths of its own.
bool is_local(const engine_call& engine, asker& questions) {
    std::string endpoint;
    std::string context;
    for (std::size_t i = 0; i < engine.options.size(); ++i) {
        const std::string& word = engine.options[i];
        const bool more = i + 1 < engine.options.size();
        for (const char* name : {"-H", "--host", "--url"}) {
            if (word == name && more) endpoint = engine.options[i + 1];
            if (word.starts_with(std::string(name) + "="))
                endpoint = word.substr(word.find('=') + 1);
        }
        for (const char* name : {"-c", "--context", "--connection"}) {
            if (word == name && more) context = engine.options[i + 1];
            if (word.starts_with(std::string(name) + "="))
                context = word.substr(word.find('=') + 1);
        }
        if (word.starts_with("-H") && word.size() > 2 && word[2] != '=') endpoint = word.substr(2);
        if (word == "--remote" || word == "-r") return false;
    }
    const char* host = std::getenv(engine.podman ? "CONTAINER_HOST" : "DOCKER_HOST");
    if (endpoint.empty() && context.empty() && host != nullptr) endpoint = host;
    if (endpoint.empty() && !engine.podman) {
        std::vector<std::string> words{"context", "inspect", "--format",
                                       "{{.Endpoints.docker.Host}}"};
        if (!context.empty()) words.push_back(context);
        const answer told = questions.ask(question(engine, std::move(words)));
        if (told.good()) endpoint = told.output;
    }
    if (engine.podman && !context.empty()) return false;
    return endpoint.empty() || endpoint.starts_with("unix://") || endpoint.starts_with("/");
}

}  // namespace

bool volume::borrowed() const {
    const auto type = options.find("type");
    const auto device = options.find("device");
    if (driver != "local" || device == options.end()) return false;
    return type == options.end() || type->second != "tmpfs";
}

const volume* inventory::find_volume(const std::string& name) const {
    for (const volume& one : volumes)
        if (one.name == name) return &one;
    return nullptr;
}

const container* inventory::find_container(const std::string& name) const {
    const std::string wanted = name.starts_with('/') ? name.substr(1) : name;
    for (const container& one : containers)
        if (one.name == wanted || one.id == wanted) return &one;
    const container* found = nullptr;
    for (const container& one : containers) {
        if (wanted.empty() || !one.id.starts_with(wanted)) continue;
        if (found != nullptr) return nullptr;
        found = &one;
    }
    return found;
}

inventory take_inventory(const engine_call& engine, asker& questions) {
    inventory result;
    result.podman = engine.podman;
    read_version(result, engine, questions);
    result.local = is_local(engine, questions);
    read_containers(result, engine, questions);
    read_volumes(result, engine, questions);
    return result;
}

bool generated_name(const std::string& name) {
    return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::vector<std::string> question(const engine_call& engine, std::vector<std::string> words) {
    words.insert(words.begin(), engine.options.begin(), engine.options.end());
    words.insert(words.begin(), engine.program);
    return words;
}

}  // namespace chronos::internal::guard

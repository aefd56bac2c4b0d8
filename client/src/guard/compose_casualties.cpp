#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "chronos/compose.hpp"
#include "chronos/error.hpp"
#include "compose/project.hpp"
#include "guard/casualties.hpp"

namespace chronos::internal::guard {

namespace {

namespace fs = std::filesystem;
using json = nlohmann::json;

std::optional<std::string> contents_of(const std::string& path) {
    std::error_code failure;
    if (!fs::is_regular_file(path, failure)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return file ? std::optional(text.str()) : std::nullopt;
}

std::vector<std::string> split(const std::string& text, char sign) {
    std::vector<std::string> result;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, sign);)
        if (!part.empty()) result.push_back(part);
    return result;
}

struct surroundings {
    std::map<std::string, std::string> variables;
    std::vector<std::string> files;
    fs::path folder;
};

void add_environment(std::map<std::string, std::string>& to) {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view variable(*entry);
        const auto sign = variable.find('=');
        if (sign != std::string_view::npos)
            to[std::string(variable.substr(0, sign))] = variable.substr(sign + 1);
    }
}

// compose looks for its file in the folder it is called in, and above.
std::vector<std::string> default_files(fs::path folder) {
    std::error_code failure;
    while (true) {
        for (const char* name :
             {"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}) {
            if (!fs::exists(folder / name, failure)) continue;
            std::vector<std::string> result{(folder / name).string()};
            for (const char* over : {"compose.override.yaml", "compose.override.yml",
                                     "docker-compose.override.yml", "docker-compose.override.yaml"})
                if (fs::exists(folder / over, failure)) result.push_back((folder / over).string());
            return result;
        }
        if (folder == folder.root_path()) return {};
        folder = folder.parent_path();
    }
}

surroundings look_around(const compose_call& call) {
    surroundings result;
    std::error_code failure;
    const fs::path here = fs::current_path(failure);
    const fs::path start = call.directory.empty() ? here : here / call.directory;
    for (const std::string& file : call.environment_files.empty()
                                       ? std::vector<std::string>{(start / ".env").string()}
                                       : call.environment_files)
        for (auto& [name, value] : read_environment_file(contents_of(file).value_or("")))
            result.variables[name] = value;
    add_environment(result.variables);
    result.files = call.files;
    const auto named = result.variables.find("COMPOSE_FILE");
    if (result.files.empty() && named != result.variables.end()) {
        const auto separator = result.variables.find("COMPOSE_PATH_SEPARATOR");
        result.files =
            split(named->second, separator == result.variables.end() || separator->second.empty()
                                     ? ':'
                                     : separator->second.front());
    }
    if (result.files.empty()) result.files = default_files(start);
    result.folder = !call.directory.empty() || result.files.empty()
                        ? start
                        : (here / result.files.front()).lexically_normal().parent_path();
    return result;
}

// The name that compose 1 gives the project, and compose 2 unless a file names it.
std::string name_of(const compose_call& call, const surroundings& around) {
    if (!call.project.empty()) return call.project;
    const auto named = around.variables.find("COMPOSE_PROJECT_NAME");
    if (named != around.variables.end() && !named->second.empty()) return named->second;
    return around.folder.lexically_normal().filename().string();
}

bool external(const compose::tree& volume) {
    const compose::tree* flag = volume.find("external");
    return flag != nullptr && (flag->is_map() || volume.flag("external"));
}

void add_declared(compose_project& to, const compose::tree& root) {
    const compose::tree* volumes = root.find("volumes");
    if (volumes == nullptr) return;
    for (const auto& [key, volume] : volumes->entries) {
        if (external(volume)) continue;
        const std::string named = volume.text_of("name");
        const std::string name = named.empty() ? to.name + "_" + key : named;
        if (std::find(to.volumes.begin(), to.volumes.end(), name) == to.volumes.end())
            to.volumes.push_back(name);
    }
}

answer ask_compose(const compose_call& call, asker& questions, std::vector<std::string> words) {
    std::vector<std::string> all = call.program;
    all.insert(all.end(), call.options.begin(), call.options.end());
    all.insert(all.end(), words.begin(), words.end());
    return questions.ask(all);
}

// True if this is compose 2, and it could read the project.
bool ask_second(const compose_call& call, asker& questions, compose_project& to) {
    const answer told = ask_compose(call, questions, {"config", "--format", "json"});
    const json project = json::parse(told.output, nullptr, false);
    if (!told.good() || !project.is_object() || !project.contains("name")) return false;
    to.name = project.value("name", "");
    if (!project.contains("volumes") || !project["volumes"].is_object()) return true;
    for (const auto& [key, volume] : project["volumes"].items()) {
        const bool kept =
            volume.is_object() && volume.contains("external") && volume["external"] != json(false);
        if (kept) continue;
        const std::string name = volume.is_object() ? volume.value("name", "") : "";
        to.volumes.push_back(name.empty() ? to.name + "_" + key : name);
    }
    return true;
}

bool ask_first(const compose_call& call, asker& questions, compose_project& to) {
    const answer told = ask_compose(call, questions, {"config"});
    if (!told.good()) return false;
    add_declared(to, compose::read_tree("compose config", told.output, {}));
    return true;
}

bool read_files(const surroundings& around, compose_project& to) {
    if (around.files.empty()) return false;
    std::vector<compose_file> files;
    for (const std::string& path : around.files) {
        auto text = contents_of(path);
        if (!text) return false;
        files.push_back({path, std::move(*text)});
    }
    compose_options options;
    options.variables = around.variables;
    options.read = contents_of;
    try {
        const compose::project project = compose::load_project(files, options);
        if (to.name.empty()) to.name = project.name;
        add_declared(to, project.root);
        return true;
    } catch (const error&) {
        return false;  // compose itself could read them, or it will refuse as well
    }
}

}  // namespace

compose_project find_project(const command& of, const inventory& engine, asker& questions) {
    compose_project result;
    const surroundings around = look_around(of.compose);
    if (!ask_second(of.compose, questions, result)) {
        result.name = compose_project_name(name_of(of.compose, around));
        // Compose 1 keeps a sign at the beginning; a container tells.
        const std::string raw = name_of(of.compose, around);
        for (const container& one : engine.containers) {
            const auto label = one.labels.find("com.docker.compose.project");
            if (label != one.labels.end() && label->second == raw) result.name = raw;
        }
        result.known = ask_first(of.compose, questions, result);
    }
    result.known = read_files(around, result) || result.known;
    const bool named =
        !of.compose.project.empty() || around.variables.contains("COMPOSE_PROJECT_NAME");
    if (!result.known && !named) {
        throw error(error_code::not_found, "compose cannot read the files of this project", {},
                    "Run it in the folder of the compose file, or name the file by -f.");
    }
    return result;
}

}  // namespace chronos::internal::guard

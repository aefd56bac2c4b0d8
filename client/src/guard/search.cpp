#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "chronos/error.hpp"
#include "chronos/found_cluster.hpp"
#include "guard/engine.hpp"
#include "guard/inventory.hpp"
#include "guard/search.hpp"

namespace chronos {

namespace internal::guard {

namespace {

std::string users_of(const inventory& engine, const std::string& volume) {
    std::string users;
    for (const container& one : engine.containers) {
        for (const mounted& each : one.mounts) {
            if (each.type != "volume" || each.name != volume) continue;
            if (!users.empty()) users += ", ";
            users += one.name;
        }
    }
    return users;
}

}  // namespace

std::vector<search_place> places_of(const inventory& engine) {
    std::vector<search_place> places;
    if (!engine.local) return places;
    for (const volume& one : engine.volumes) {
        const std::string users = users_of(engine, one.name);
        search_place place;
        place.path = one.borrowed() ? one.options.at("device") : one.path;
        place.orphaned = users.empty();
        place.name = fmt::format("{} {}, used by {}", one.anonymous ? "anonymous volume" : "volume",
                                 one.name, users.empty() ? "no container" : users);
        places.push_back(std::move(place));
    }
    for (const container& one : engine.containers) {
        if (one.writable_layer.empty()) continue;
        places.push_back(
            {one.writable_layer, fmt::format("container {} itself", one.name), false, one.running});
    }
    for (const container& one : engine.containers) {
        for (search_place& place : places) {
            const bool mounts =
                std::any_of(one.mounts.begin(), one.mounts.end(),
                            [&place](const mounted& each) { return each.source == place.path; });
            if (mounts && one.running) place.running = true;
        }
    }
    return places;
}

}  // namespace internal::guard

namespace {

namespace fs = std::filesystem;
using internal::guard::search_place;

void add_engine(std::vector<search_place>& to, const char* program, bool podman) {
    internal::guard::program_asker questions;
    internal::guard::engine_call engine;
    engine.program = program;
    engine.podman = podman;
    try {
        for (search_place& one : places_of(take_inventory(engine, questions)))
            to.push_back(std::move(one));
    } catch (const error&) {
        // There is no such engine, or it does not run: its folders are looked at all the same.
    }
}

std::vector<std::string> usual_folders() {
    std::vector<std::string> result{
        "/var/lib/docker/volumes", "/var/lib/containers/storage/volumes",
        "/var/snap/docker/common/var-lib-docker/volumes", "/var/lib/postgresql", "/var/lib/pgsql"};
    if (const char* home = std::getenv("HOME"); home != nullptr) {
        result.push_back(std::string(home) + "/.local/share/docker/volumes");
        result.push_back(std::string(home) + "/.local/share/containers/storage/volumes");
    }
    std::erase_if(result, [](const std::string& path) {
        std::error_code failure;
        return !fs::exists(path, failure);
    });
    return result;
}

// ".../volumes/NAME/_data", as every engine lays them out.
std::string volume_named(const std::string& path) {
    const auto end = path.find("/_data");
    const auto start = path.rfind('/', end == std::string::npos ? 0 : end - 1);
    const bool volume = end != std::string::npos && start != std::string::npos && start >= 8 &&
                        path.compare(start - 8, 8, "/volumes") == 0;
    return volume ? path.substr(start + 1, end - start - 1) : std::string();
}

void take(cluster_scan& to, std::set<std::string>& seen, const search_place& place) {
    cluster_scan found = find_clusters(place.path);
    for (found_cluster& one : found.clusters) {
        if (!seen.insert(one.path).second) continue;
        one.place = place.name;
        one.orphaned = place.orphaned;
        if (place.name.empty()) {
            const std::string volume = volume_named(one.path);
            if (!volume.empty()) one.place = fmt::format("volume {}", volume);
        }
        if (place.running && one.running != liveness::running) {
            one.running = liveness::running;
            one.running_because = "a container that runs has it";
        }
        to.clusters.push_back(std::move(one));
    }
    to.parts.insert(to.parts.end(), found.parts.begin(), found.parts.end());
    for (std::string& one : found.unreadable)
        if (seen.insert(one).second) to.unreadable.push_back(std::move(one));
}

}  // namespace

cluster_scan search_clusters(const std::vector<std::string>& paths) {
    std::vector<search_place> engines;
    add_engine(engines, "docker", false);
    add_engine(engines, "podman", true);
    cluster_scan result;
    std::set<std::string> seen;
    if (paths.empty()) {
        for (const search_place& one : engines) take(result, seen, one);
        for (const std::string& path : usual_folders())
            take(result, seen, {path, "", false, false});
        return result;
    }
    for (const std::string& path : paths) {
        std::error_code failure;
        if (!fs::exists(path, failure))
            throw error(error_code::not_found, fmt::format("there is no \"{}\"", path));
        const std::string real = fs::canonical(path, failure).string();
        for (const search_place& one : engines)
            if (one.path == real || one.path.starts_with(real + "/")) take(result, seen, one);
        take(result, seen, {real, "", false, false});
    }
    return result;
}

}  // namespace chronos

// What an engine has: its version, containers and volumes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "guard/command.hpp"
#include "guard/engine.hpp"

namespace chronos::internal::guard {

struct mounted {
    std::string type;  // "volume", "bind", "tmpfs"
    std::string name;  // of a volume
    std::string source;
    std::string destination;
    bool anonymous = false;  // the volume goes when the container is removed with -v
};

struct container {
    std::string id;
    std::string name;
    std::string image;
    bool running = false;
    bool removed_when_stopped = false;  // run --rm
    std::map<std::string, std::string> labels;
    std::string data_directory;  // PGDATA of its environment; empty: not set
    std::vector<mounted> mounts;
    std::string writable_layer;  // a folder of this machine; empty: the engine does not say
};

struct volume {
    std::string name;
    std::string driver;
    std::string path;  // of this machine, or of the engine's
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> options;
    bool anonymous = false;

    // Its contents are elsewhere and stay: a bind, a network file system.
    [[nodiscard]] bool borrowed() const;
};

struct inventory {
    std::string version;
    int api_minor = 0;  // of 1.N
    bool podman = false;
    bool local = true;  // its paths are paths of this machine
    std::vector<container> containers;
    std::vector<volume> volumes;

    [[nodiscard]] const volume* find_volume(const std::string& name) const;
    // By name, id or the beginning of an id.
    [[nodiscard]] const container* find_container(const std::string& name) const;
    // Since 23 (API 1.42) a prune leaves volumes with a name alone unless told otherwise.
    [[nodiscard]] bool prune_spares_named() const { return !podman && api_minor >= 42; }
};

// Throws error_code::connection if the engine does not answer, internal if it cannot be read.
[[nodiscard]] inventory take_inventory(const engine_call& engine, asker& questions);

// 64 hexadecimal digits: the name of a volume that nobody gave one.
[[nodiscard]] bool generated_name(const std::string& name);

// The words of a question: program, its options, and these.
[[nodiscard]] std::vector<std::string> question(const engine_call& engine,
                                                std::vector<std::string> words);

}  // namespace chronos::internal::guard

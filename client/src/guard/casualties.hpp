// What a command deletes, worked out from what there is.
#pragma once

#include <string>
#include <vector>

#include "guard/command.hpp"
#include "guard/engine.hpp"
#include "guard/inventory.hpp"

namespace chronos::internal::guard {

struct casualty {
    std::string kind;  // "volume", "anonymous volume", "container", "directory", "claim"
    std::string name;
    std::string path;                     // empty: it cannot be read from here
    std::vector<std::string> containers;  // that use it
    bool running = false;                 // one of them runs
    bool part_of_cluster = false;         // lies inside a data directory: `path` is that one
    bool likely = true;                   // false: nothing speaks for a cluster in it
    std::string unreadable;               // why path is empty
};

struct casualties {
    std::vector<casualty> all;
    std::vector<std::string> notes;
    std::string not_understood;  // it cannot be told what is deleted, and why; empty: it can

    void refuse(std::string why) { not_understood = std::move(why); }
};

// Of docker and podman. `project` is what compose says of the command's project, if it has one.
struct compose_project {
    std::string name;
    std::vector<std::string> volumes;  // as the engine calls them, without the external ones
    bool known = true;                 // its files could be read
};
[[nodiscard]] casualties engine_casualties(const command& of, const inventory& engine,
                                           const compose_project& project);

// Asks compose, and reads the files itself as well: compose leaves out what no service of the
// chosen profiles uses. Throws error_code::not_found if neither tells which project it is.
[[nodiscard]] compose_project find_project(const command& of, const inventory& engine,
                                           asker& questions);

// Of rm, relative to the working directory.
[[nodiscard]] casualties path_casualties(const command& of);

// Of kubectl delete: asks for claims and volumes, and what is done with them when they are let go.
[[nodiscard]] casualties kubernetes_casualties(const command& of, asker& questions);

}  // namespace chronos::internal::guard

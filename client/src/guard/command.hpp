// What a command line is about to delete, as far as the line itself says.
#pragma once

#include <string>
#include <vector>

namespace chronos::internal::guard {

enum class deletion {
    nothing,             // deletes no data; `why` tells
    containers,          // `names`, or all (podman); with `volumes` their anonymous volumes
    stopped_by_name,     // containers that go with their volumes if they were run with --rm
    prune_containers,    // every container that does not run
    volumes,             // `names`, or all (podman)
    prune_volumes,       // unused ones; which, depends on the engine
    prune_system,        // stopped containers, and with `volumes` unused volumes
    compose_down,        // a project's containers, and with `volumes` its volumes
    compose_containers,  // compose rm, up: containers of a project, with `volumes` anonymous ones
    run,                 // a new container: nothing that exists, unless what it runs deletes
    paths,               // files and folders of this machine
    database,            // dropdb
    kubernetes,          // kubectl delete
    not_understood,      // `why` tells
};

struct engine_call {
    std::string program;               // "docker", "podman", as it was written
    std::vector<std::string> options;  // --context and the like, to be given with every question
    bool podman = false;
};

struct compose_call {
    std::vector<std::string> program;  // {"docker-compose"} or {"docker", …, "compose"}
    std::vector<std::string> options;  // its own before the verb
    std::vector<std::string> files;
    std::vector<std::string> environment_files;
    std::string project;
    std::string directory;
};

struct kubernetes_call {
    std::string program;
    std::vector<std::string> options;    // --context, -n, -l and so on
    std::vector<std::string> resources;  // "pvc/data-0", or "pvc" alone for all or by selector
};

struct command {
    deletion what = deletion::not_understood;
    std::string why;
    engine_call engine;
    compose_call compose;
    kubernetes_call kubernetes;
    std::vector<std::string> names;    // containers, volumes, services, paths, the database
    std::vector<std::string> filters;  // of a prune
    std::vector<std::string> options;  // of dropdb: "host=...", as conninfo has them
    std::vector<std::string> inside;   // of run: what the container is to run
    std::vector<std::string> mounts;   // of run: volumes and folders that it mounts
    std::string image;                 // of run
    bool volumes = false;
    bool all = false;
    bool force = false;
    bool recursive = false;
};

// Understands docker, docker-compose, docker compose, podman, podman-compose, kubectl, rm, dropdb,
// also after sudo and env, and with a path before the name.
[[nodiscard]] command understand(const std::vector<std::string>& arguments);

// One each, given the program's name and what follows it.
[[nodiscard]] command understand_engine(const std::string& program,
                                        const std::vector<std::string>& arguments);
[[nodiscard]] command understand_compose(const compose_call& call, const engine_call& engine,
                                         const std::vector<std::string>& arguments);
[[nodiscard]] command understand_kubectl(const std::string& program,
                                         const std::vector<std::string>& arguments);
[[nodiscard]] command understand_rm(const std::vector<std::string>& arguments);
[[nodiscard]] command understand_dropdb(const std::vector<std::string>& arguments);

[[nodiscard]] command not_understood(std::string why);
[[nodiscard]] command deletes_nothing(std::string why);

}  // namespace chronos::internal::guard

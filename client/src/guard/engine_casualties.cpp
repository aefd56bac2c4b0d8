// docs/guard.md has this as a table: which command deletes which volumes, by which engine.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compose/image.hpp"
#include "compose/mount.hpp"
#include "guard/casualties.hpp"

namespace chronos::internal::guard {

namespace {

constexpr const char* kProject = "com.docker.compose.project";
constexpr const char* kService = "com.docker.compose.service";

std::string label_of(const std::map<std::string, std::string>& labels, const char* key) {
    const auto found = labels.find(key);
    return found == labels.end() ? std::string() : found->second;
}

class collector {
  public:
    collector(const command& of, const inventory& engine) : command_(of), engine_(engine) {}

    casualties result;

    void container_goes(const container& one, bool volumes) {
        if (!gone_.insert(one.id).second) return;
        writable_layer(one);
        for (const mounted& each : one.mounts) {
            if (each.type != "volume" || !each.anonymous) continue;
            if (volumes) {
                anonymous_.insert(each.name);
            } else {
                result.notes.push_back(fmt::format(
                    "anonymous volume {} of container {} stays, but nothing will use it any more",
                    each.name.substr(0, 12), one.name));
            }
        }
    }

    // Anonymous ones that another container still uses stay.
    void settle_anonymous() {
        for (const std::string& name : anonymous_)
            if (!in_use(name)) volume_goes(name);
    }

    void volume_goes(const std::string& name) {
        if (!volumes_.insert(name).second) return;
        const volume* known = engine_.find_volume(name);
        if (known == nullptr) {
            result.notes.push_back(fmt::format("there is no volume \"{}\"", name));
            return;
        }
        if (known->borrowed()) {
            result.notes.push_back(fmt::format("volume \"{}\" only points to {}, which stays", name,
                                               known->options.at("device")));
            return;
        }
        casualty one;
        one.kind = known->anonymous ? "anonymous volume" : "volume";
        one.name = name;
        locate(
            one, known->path,
            known->driver == "local" ? "" : fmt::format("it is of the driver {}", known->driver));
        for (const container& user : engine_.containers) {
            for (const mounted& each : user.mounts) {
                if (each.type != "volume" || each.name != name) continue;
                one.containers.push_back(user.name);
                one.running = one.running || user.running;
            }
        }
        result.all.push_back(std::move(one));
    }

    void unused_volumes(bool named) {
        for (const volume& one : engine_.volumes) {
            // A prune takes neither volumes of other drivers nor those with options.
            const bool spared = !engine_.podman && (one.driver != "local" || !one.options.empty());
            if (spared || in_use(one.name) || (!named && !one.anonymous)) continue;
            volume_goes(one.name);
        }
    }

    [[nodiscard]] bool in_use(const std::string& name) const {
        return std::any_of(
            engine_.containers.begin(), engine_.containers.end(),
            [&](const container& one) { return !gone_.contains(one.id) && mounts(one, name); });
    }

    static bool mounts(const container& one, const std::string& name) {
        return std::any_of(one.mounts.begin(), one.mounts.end(), [&name](const mounted& each) {
            return each.type == "volume" && each.name == name;
        });
    }

  private:
    void locate(casualty& one, const std::string& path, const std::string& trouble) const {
        if (!trouble.empty()) {
            one.unreadable = trouble;
        } else if (!engine_.local) {
            one.unreadable = "the engine runs on another machine";
        } else if (path.empty()) {
            one.unreadable = "the engine does not say where it lies";
        } else {
            one.path = path;
        }
    }

    // A cluster lies in it if the data directory is on no mount; without PGDATA only a look can
    // tell.
    void writable_layer(const container& one) {
        casualty layer;
        layer.kind = "container";
        layer.name = one.name;
        layer.containers = {one.name};
        layer.running = one.running;
        layer.likely = data_in_layer(one);
        locate(layer, one.writable_layer, "");
        result.all.push_back(std::move(layer));
    }

    static bool data_in_layer(const container& one) {
        std::string data = one.data_directory;
        if (data.empty()) {
            const auto image = compose::recognise_image(one.image);
            if (!image) return false;
            data = image->layouts.back().data;
        }
        return std::none_of(one.mounts.begin(), one.mounts.end(), [&data](const mounted& each) {
            return compose::is_within(compose::clean_path(data),
                                      compose::clean_path(each.destination));
        });
    }

    const command& command_;
    const inventory& engine_;
    std::set<std::string> gone_;       // ids of containers
    std::set<std::string> volumes_;    // named, looked at
    std::set<std::string> anonymous_;  // go unless another container uses them
};

void named_containers(collector& to, const command& of, const inventory& engine, bool volumes) {
    if (of.all)
        for (const container& one : engine.containers) to.container_goes(one, volumes);
    for (const std::string& name : of.names) {
        const container* one = engine.find_container(name);
        if (one == nullptr) {
            to.result.notes.push_back(fmt::format("there is no container \"{}\"", name));
        } else if (of.what != deletion::stopped_by_name) {
            to.container_goes(*one, volumes);
        } else if (one->removed_when_stopped) {
            to.container_goes(*one, true);
        }
    }
}

void stopped_containers(collector& to, const inventory& engine) {
    for (const container& one : engine.containers)
        if (!one.running) to.container_goes(one, false);
}

void removed_volumes(collector& to, const command& of, const inventory& engine) {
    // podman volume rm -f takes the containers along.
    if (engine.podman && of.force) {
        for (const container& one : engine.containers) {
            const bool uses = std::any_of(of.names.begin(), of.names.end(), [&](const auto& name) {
                return collector::mounts(one, name);
            });
            if (uses || of.all) to.container_goes(one, false);
        }
    }
    if (of.all)
        for (const volume& one : engine.volumes) to.volume_goes(one.name);
    for (const std::string& name : of.names) to.volume_goes(name);
    for (const casualty& one : to.result.all) {
        if (!one.containers.empty() && one.kind != "container" && !engine.podman)
            to.result.notes.push_back(
                fmt::format("container {} uses volume \"{}\": the engine may refuse to remove it",
                            one.containers.front(), one.name));
    }
}

void project_containers(collector& to, const command& of, const inventory& engine,
                        const compose_project& project) {
    for (const container& one : engine.containers) {
        const std::string name = label_of(one.labels, kProject);
        const std::string service = label_of(one.labels, kService);
        const bool chosen = of.names.empty() ||
                            std::find(of.names.begin(), of.names.end(), service) != of.names.end();
        if (name == project.name && chosen) to.container_goes(one, of.volumes);
    }
    to.settle_anonymous();
    if (of.what != deletion::compose_down || !of.volumes) return;
    for (const std::string& name : project.volumes)
        if (engine.find_volume(name) != nullptr) to.volume_goes(name);
    if (project.known) return;
    for (const volume& one : engine.volumes)
        if (label_of(one.labels, kProject) == project.name) to.volume_goes(one.name);
}

// A program of the user's own could delete what is mounted.
void run_container(collector& to, const command& of) {
    const std::string first = of.inside.empty() ? std::string() : of.inside.front();
    const bool server = first.empty() || first.front() == '-' || first == "postgres" ||
                        first == "docker-entrypoint.sh";
    if (!server && !of.mounts.empty())
        to.result.refuse(fmt::format(
            "what \"{}\" does to the volumes of the container cannot be judged from outside",
            first));
    const auto image = compose::recognise_image(of.image);
    if (!of.volumes || !image) return;
    const bool mounted_data =
        std::any_of(of.mounts.begin(), of.mounts.end(), [&image](const std::string& one) {
            return std::any_of(
                image->layouts.begin(), image->layouts.end(),
                [&one](const compose::image_layout& layout) {
                    return one.find(layout.volume.empty() ? layout.data : layout.volume) !=
                           std::string::npos;
                });
        });
    if (!mounted_data)
        to.result.notes.push_back(
            "nothing that exists is deleted, but whatever this server stores goes with its "
            "container as soon as it stops (--rm)");
}

}  // namespace

casualties engine_casualties(const command& of, const inventory& engine,
                             const compose_project& project) {
    collector to(of, engine);
    if (!of.filters.empty())
        to.result.notes.emplace_back(
            "filters are not looked at: what they spare is counted as deleted");
    switch (of.what) {
        case deletion::containers:
        case deletion::stopped_by_name:
            named_containers(to, of, engine, of.volumes);
            to.settle_anonymous();
            break;
        case deletion::prune_containers:
            stopped_containers(to, engine);
            break;
        case deletion::volumes:
            removed_volumes(to, of, engine);
            break;
        case deletion::prune_volumes:
            to.unused_volumes(of.all || !engine.prune_spares_named());
            break;
        case deletion::prune_system:
            stopped_containers(to, engine);
            if (of.volumes) to.unused_volumes(!engine.prune_spares_named());
            break;
        case deletion::compose_down:
        case deletion::compose_containers:
            project_containers(to, of, engine, project);
            break;
        case deletion::run:
            run_container(to, of);
            break;
        default:
            to.result.refuse("it is no command of an engine");
            break;
    }
    return std::move(to.result);
}

}  // namespace chronos::internal::guard

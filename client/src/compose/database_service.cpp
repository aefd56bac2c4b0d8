#include "compose/database_service.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace chronos::internal::compose {

namespace {

// One text of a list of words, or of a line.
std::string words_of(const tree* value) {
    if (value == nullptr) return {};
    if (value->is_scalar()) return value->text;
    std::string result;
    for (const tree& item : value->items) result += (result.empty() ? "" : " ") + item.text;
    return result;
}

std::string first_word(const std::string& text) {
    std::string word = text.substr(0, text.find_first_of(" \t\n"));
    return word.substr(word.rfind('/') + 1);
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

bool serves_port(const tree& service) {
    for (const char* key : {"ports", "expose"}) {
        const tree* ports = service.find(key);
        if (ports == nullptr) continue;
        for (const tree& one : ports->items) {
            std::string text = one.is_map() ? one.text_of("target") : one.text;
            text = text.substr(0, text.find('/'));
            if (text.substr(text.rfind(':') + 1) == "5432") return true;
        }
    }
    return false;
}

bool any_in(const std::string& text, std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&text](std::string_view part) { return contains(text, part); });
}

bool asks_for_readiness(const tree& service) {
    const tree* health = service.find("healthcheck");
    return health != nullptr && contains(words_of(health->find("test")), "pg_isready");
}

// Images of PostgreSQL also run psql, pg_dump and scripts with them. The image's entry point takes
// an option or "postgres" for a server, and runs anything else as it is.
bool runs_client(const tree& service) {
    const std::string entrypoint = words_of(service.find("entrypoint"));
    const std::string command = words_of(service.find("command"));
    const std::string text = entrypoint.empty() ? command : entrypoint + " " + command;
    const std::string word = first_word(text);
    if (word.empty() || word.front() == '-' || word == "postgres") return false;
    if (any_in(text, {"docker-entrypoint", "exec postgres", "pg_ctl", "patroni", "repmgrd"}))
        return false;
    if (any_in(text, {"psql", "pg_dump", "pg_restore", "pg_isready", "pg_basebackup", "createdb",
                      "dropdb", "pgbench", "pg_receivewal", "sleep", "crond"}))
        return true;
    return !serves_port(service) && !asks_for_readiness(service);
}

// What only a server is given, whatever its image is called.
bool looks_like_server(const tree& service, const tree& environment) {
    const bool password = environment.find("POSTGRES_PASSWORD") != nullptr ||
                          environment.find("POSTGRES_PASSWORD_FILE") != nullptr ||
                          environment.find("POSTGRES_HOST_AUTH_METHOD") != nullptr;
    const bool client = environment.find("POSTGRES_HOST") != nullptr ||
                        environment.find("PGHOST") != nullptr ||
                        environment.find("DATABASE_URL") != nullptr;
    if (environment.find("PGDATA") != nullptr || asks_for_readiness(service)) return true;
    return password && !client && serves_port(service);
}

bool temporary(std::string_view path) {
    constexpr std::array<std::string_view, 5> kFolders{"/tmp", "/var/tmp", "/run", "/dev/shm",
                                                       "/var/run"};
    return std::any_of(kFolders.begin(), kFolders.end(),
                       [path](std::string_view folder) { return is_within(path, folder); });
}

data_verdict verdict_of(const mount& holder, const tree* volumes) {
    if (holder.kind == mount_kind::anonymous) return data_verdict::anonymous;
    if (holder.kind == mount_kind::tmpfs) return data_verdict::memory;
    if (holder.kind == mount_kind::bind && temporary(clean_path(holder.source)))
        return data_verdict::temporary_folder;
    const tree* volume = volumes == nullptr ? nullptr : volumes->find(holder.source);
    const tree* options = volume == nullptr ? nullptr : volume->find("driver_opts");
    if (holder.kind != mount_kind::named || options == nullptr) return data_verdict::mounted;
    if (options->text_of("type") == "tmpfs") return data_verdict::memory;
    const bool bound = contains(options->text_of("o"), "bind");
    if (bound && temporary(clean_path(options->text_of("device"))))
        return data_verdict::temporary_folder;
    return data_verdict::mounted;
}

const mount* decoy_of(const database_service& service, const image_layout& layout,
                      const std::string& data) {
    for (const mount& one : service.mounts) {
        const bool lasting = one.kind == mount_kind::named || one.kind == mount_kind::bind;
        if (!lasting || is_within(data, one.target)) continue;
        const bool known =
            std::find(layout.known.begin(), layout.known.end(), one.target) != layout.known.end() ||
            (!layout.volume.empty() && is_within(one.target, layout.volume));
        if (known) return &one;
    }
    // One that does hold the path, with the image's own VOLUME between.
    for (const mount& one : service.mounts) {
        const bool lasting = one.kind == mount_kind::named || one.kind == mount_kind::bind;
        if (lasting && is_within(data, one.target)) return &one;
    }
    return nullptr;
}

}  // namespace

std::vector<database_service> database_services(const project& of) {
    std::vector<database_service> result;
    const tree* services = of.root.find("services");
    if (services == nullptr) return result;
    for (const auto& [name, service] : services->entries) {
        if (!service.is_map() || runs_client(service)) continue;
        database_service one;
        const tree environment = environment_of(service);
        const tree* image = service.find("image");
        if (image != nullptr && image->is_scalar()) {
            one.image_text = image->unresolved ? image->raw : image->text;
            one.image = recognise_image(image->text, !image->unresolved);
            one.image_at = image->at;
        }
        if (!one.image && !looks_like_server(service, environment)) continue;
        one.name = name;
        one.at = service.at;
        if (const tree* data = environment.find("PGDATA"); data != nullptr && data->is_scalar()) {
            one.pgdata = clean_path(data->text);
            one.pgdata_unresolved = data->unresolved;
        }
        if (one.image && one.image->repository.starts_with("bitnami")) {
            const std::string data = environment.text_of("POSTGRESQL_DATA_DIR");
            one.pgdata = data.empty() ? one.pgdata : clean_path(data);
        }
        one.mounts = mounts_of(service);
        const tree* profiles = service.find("profiles");
        one.inherits = service.find("volumes_from") != nullptr;
        one.profiled = profiles != nullptr && !profiles->items.empty();
        result.push_back(std::move(one));
    }
    return result;
}

data_place place_of_data(const database_service& service, const image_layout& layout,
                         const tree* volumes) {
    data_place result;
    result.data = service.pgdata.empty() ? layout.data : service.pgdata;
    result.right_target = layout.volume.empty() ? layout.data : layout.volume;
    if (!is_within(result.data, result.right_target)) result.right_target = result.data;
    const mount* holder = holder_of(service.mounts, result.data);
    const bool below_image_volume =
        !layout.volume.empty() && is_within(result.data, layout.volume) &&
        (holder == nullptr || holder->target.size() < layout.volume.size());
    if (below_image_volume) {
        result.verdict = data_verdict::image_volume;
    } else if (holder == nullptr) {
        result.verdict = data_verdict::writable_layer;
    } else {
        result.holder = holder;
        result.verdict = verdict_of(*holder, volumes);
    }
    if (result.verdict != data_verdict::mounted)
        result.decoy = decoy_of(service, layout, result.data);
    if (result.decoy == result.holder) result.decoy = nullptr;
    return result;
}

}  // namespace chronos::internal::compose

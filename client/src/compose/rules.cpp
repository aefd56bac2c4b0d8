#include "compose/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace chronos::internal::compose {

namespace {

constexpr const char* kMove =
    " What is there now does not move by itself: take a snapshot first (chronosctl snapshot), and "
    "see chronosctl rescue for what has been left behind.";

compose_finding finding(std::string id, compose_severity severity, const place& at,
                        std::string service, std::string what, std::string remedy) {
    return {std::move(id),      severity,        at.file,          at.line,
            std::move(service), std::move(what), std::move(remedy)};
}

const tree* declared(const project& of) { return of.root.find("volumes"); }

std::string version_of(const database_service& service) {
    if (!service.image) return "of this image";
    if (!service.image->major) return fmt::format("of {}", service.image->repository);
    return fmt::format("of {} {}", service.image->repository, *service.image->major);
}

std::string mount_text(const mount& one) {
    std::string raw = one.written.raw;
    if (!raw.empty()) return raw;
    return one.source.empty() ? one.target : one.source + ":" + one.target;
}

struct wording {
    const char* id;
    const char* what;  // {0}: the data path, {1}: of which image
};

wording words_for(data_verdict verdict) {
    switch (verdict) {
        case data_verdict::anonymous:
        case data_verdict::image_volume:
            return {"anonymous-volume",
                    "the data directory {0} {1} lies on an anonymous volume, which \"docker "
                    "compose down -v\", \"docker rm -v\" and \"docker volume prune\" delete and a "
                    "new container does not find again"};
        case data_verdict::writable_layer:
            return {"no-volume",
                    "the data directory {0} {1} lies on no volume but in the container itself, and "
                    "is lost when the container is removed or made anew"};
        case data_verdict::memory:
            return {"tmpfs",
                    "the data directory {0} {1} lies in memory (tmpfs), and is lost when the "
                    "container stops"};
        case data_verdict::temporary_folder:
            return {"temporary-path",
                    "the data directory {0} {1} is bound to a temporary folder of the host, which "
                    "is emptied at the next start or before"};
        case data_verdict::mounted:
            break;
    }
    return {"", ""};
}

std::string remedy_for(const data_place& data, const database_service& service) {
    if (data.decoy != nullptr) {
        return fmt::format("Mount it at {} instead of {}.{}", data.right_target, data.decoy->target,
                           kMove);
    }
    return fmt::format("Mount a named, external volume at {}: \"{}-data:{}\".{}", data.right_target,
                       service.name, data.right_target, kMove);
}

void check_declared(const project& of, const database_service& service, const mount& holder,
                    findings& to) {
    const tree* volumes = declared(of);
    const tree* volume = volumes == nullptr ? nullptr : volumes->find(holder.source);
    if (holder.kind != mount_kind::named || holder.unresolved) return;
    if (volume == nullptr) {
        to.push_back(
            finding("undeclared-volume", compose_severity::critical, holder.at, service.name,
                    fmt::format("volume \"{}\" is not declared, so compose refuses the "
                                "file",
                                holder.source),
                    fmt::format("Declare \"{}\" under \"volumes\" with \"external: true\".",
                                holder.source)));
        return;
    }
    const tree* external = volume->find("external");
    const bool is_external =
        external != nullptr && (external->is_map() || volume->flag("external"));
    const tree* driver = volume->find("driver_opts");
    // What the volume only points to stays.
    const bool borrowed = driver != nullptr && !driver->text_of("device").empty();
    if (is_external || borrowed) return;
    to.push_back(finding(
        "not-external", compose_severity::info, volume->at, service.name,
        fmt::format("volume \"{}\" holds the data directory and belongs to the project, so that "
                    "\"docker compose down -v\" deletes it",
                    holder.source),
        fmt::format("Make it once by \"docker volume create\", and declare it with \"external: "
                    "true\": compose never deletes an external volume.")));
}

int rank(data_verdict verdict) { return verdict == data_verdict::mounted ? 0 : 1; }

// An image of somebody's own: where its data lies is not known, unless PGDATA says it.
void check_unknown_image(const database_service& service, findings& to) {
    const bool lasting =
        std::any_of(service.mounts.begin(), service.mounts.end(), [](const mount& one) {
            return !one.read_only &&
                   (one.kind == mount_kind::named || one.kind == mount_kind::bind);
        });
    const std::string image =
        service.image_text.empty() ? "built here" : "\"" + service.image_text + "\"";
    if (lasting) {
        to.push_back(finding(
            "unknown-image", compose_severity::info, service.at, service.name,
            fmt::format("cannot tell where the image {} keeps its data", image),
            "Set PGDATA in \"environment\" to the image's data directory, and it can be checked."));
        return;
    }
    to.push_back(finding(
        "no-volume", compose_severity::warning, service.at, service.name,
        fmt::format("the service seems to be a PostgreSQL server of the image {} and mounts no "
                    "volume that could hold its data",
                    image),
        "Mount a named, external volume at the image's data directory."));
}

}  // namespace

data_place worst_place(const database_service& service, const tree* volumes, bool* certain) {
    std::vector<image_layout> layouts;
    if (service.image) layouts = service.image->layouts;
    if (layouts.empty()) layouts.push_back({service.pgdata, "", {}});
    data_place worst = place_of_data(service, layouts.front(), volumes);
    *certain = true;
    for (std::size_t i = 1; i < layouts.size(); ++i) {
        data_place other = place_of_data(service, layouts[i], volumes);
        if (rank(other.verdict) != rank(worst.verdict)) *certain = false;
        if (rank(other.verdict) >= rank(worst.verdict)) worst = std::move(other);
    }
    return worst;
}

void check_data(const project& of, const database_service& service, findings& to) {
    if (service.pgdata_unresolved) {
        to.push_back(finding("variable-unset", compose_severity::warning, service.at, service.name,
                             "PGDATA holds a variable that is not set, so the data directory "
                             "cannot be checked",
                             "Set the variable, or give it a default: ${NAME:-value}."));
        return;
    }
    if (!service.image && service.pgdata.empty()) return check_unknown_image(service, to);
    bool certain = true;
    const data_place data = worst_place(service, declared(of), &certain);
    if (data.verdict == data_verdict::mounted) return check_declared(of, service, *data.holder, to);
    if (service.inherits) {
        to.push_back(
            finding("volumes-from", compose_severity::warning, service.at, service.name,
                    "the service takes volumes over from another by volumes_from, so where "
                    "its data lies cannot be told",
                    fmt::format("Mount the volume here too, at {}.", data.right_target)));
        return;
    }
    const wording words = words_for(data.verdict);
    std::string what = fmt::format(fmt::runtime(words.what), data.data, version_of(service));
    if (!certain) {
        to.push_back(finding(
            "unknown-major", compose_severity::warning, service.image_at, service.name,
            fmt::format("the image \"{}\" does not say which major it is of: since 18 the data "
                        "directory is another one, and then {}",
                        service.image_text, what),
            fmt::format(
                "Name the major in the tag, or set PGDATA to a folder below {}.",
                service.mounts.empty() ? data.right_target : service.mounts.front().target)));
        return;
    }
    if (data.decoy != nullptr) {
        what = fmt::format("\"{}\" is mounted where the data directory is not: {}",
                           mount_text(*data.decoy), what);
    }
    const place at = data.holder != nullptr  ? data.holder->at
                     : data.decoy != nullptr ? data.decoy->at
                                             : service.at;
    to.push_back(finding(data.decoy != nullptr ? "wrong-path" : words.id,
                         compose_severity::critical, at, service.name, std::move(what),
                         remedy_for(data, service)));
}

void check_image(const database_service& service, findings& to) {
    if (!service.image || !service.image->floating) return;
    const bool variable = service.image_text.find('$') != std::string::npos;
    to.push_back(finding(
        "unpinned-image", compose_severity::warning, service.image_at, service.name,
        fmt::format("the image \"{}\" names no major version{}: the next pull may bring one that "
                    "does not read the data, or keeps it elsewhere",
                    service.image_text, variable ? " as far as its variables are known" : ""),
        "Name the major in the tag, for example \"postgres:17\"."));
}

const mount* repository_mount(const database_service& service, const data_place& data) {
    constexpr std::array<std::string_view, 6> kOther{
        "/docker-entrypoint-initdb.d",    "/etc",    "/run", "/usr",
        "/docker-entrypoint-preinitdb.d", "/var/run"};
    for (const mount& one : service.mounts) {
        const bool lasting = one.kind == mount_kind::named || one.kind == mount_kind::bind;
        if (!lasting || one.read_only || &one == data.holder || &one == data.decoy) continue;
        if (is_within(data.data, one.target)) continue;
        const std::string file = one.target.substr(one.target.rfind('/') + 1);
        const bool setting = file.ends_with(".conf") || file.ends_with(".sql") ||
                             file.ends_with(".sh") || file.ends_with(".crt") ||
                             file.ends_with(".key") || file.ends_with(".pem");
        const bool other = std::any_of(kOther.begin(), kOther.end(), [&one](std::string_view at) {
            return is_within(one.target, at);
        });
        if (!setting && !other) return &one;
    }
    return nullptr;
}

void check_repository(const project& of, const database_service& service, findings& to) {
    bool certain = true;
    const data_place data = worst_place(service, declared(of), &certain);
    const mount* repository = repository_mount(service, data);
    if (repository == nullptr) {
        to.push_back(
            finding("no-repository", compose_severity::warning, service.at, service.name,
                    "nothing is mounted besides the data that could hold a repository of snapshots",
                    fmt::format("Mount a volume of another disk or machine: "
                                "\"{}-repository:/var/lib/chronos/repository\", and name it to the "
                                "database by chronos.add_repository().",
                                service.name)));
        return;
    }
    if (data.holder == nullptr || repository->source != data.holder->source) return;
    to.push_back(
        finding("repository-on-data", compose_severity::warning, repository->at, service.name,
                fmt::format("\"{}\" holds the data and what is mounted at {}: what deletes "
                            "the one deletes the other",
                            repository->source, repository->target),
                "Give the repository a volume of its own, on another disk or machine."));
}

void check_unread(const project& of, findings& to) {
    for (const unread& one : of.missing) {
        to.push_back(finding("not-read", compose_severity::warning, one.at, one.service,
                             one.what + ": what it brings is not checked",
                             "Run the check where that file can be read."));
    }
}

void check_volumes(const project& of, const std::vector<database_service>& services, findings& to) {
    std::map<std::string, bool> used;
    if (const tree* all = of.root.find("services")) {
        for (const auto& [name, service] : all->entries)
            for (const mount& one : mounts_of(service)) used[one.source] = true;
    }
    if (const tree* volumes = declared(of); volumes != nullptr && !services.empty()) {
        for (const auto& [name, volume] : volumes->entries) {
            if (used.contains(name)) continue;
            to.push_back(
                finding("unused-volume", compose_severity::warning, volume.at, {},
                        fmt::format("volume \"{}\" is declared, but no service mounts it", name),
                        "Mount it where the data belongs, or take it out."));
        }
    }
    std::map<std::string, std::string> holders;
    for (const database_service& service : services) {
        bool certain = true;
        const data_place data = worst_place(service, declared(of), &certain);
        if (data.holder == nullptr || data.holder->kind != mount_kind::named) continue;
        const std::string key =
            data.holder->source + ":" + data.data.substr(data.holder->target.size());
        const auto [known, first] = holders.try_emplace(key, service.name);
        if (first) continue;
        to.push_back(finding(
            "shared-volume", compose_severity::warning, data.holder->at, service.name,
            fmt::format("volume \"{}\" is the data directory of service \"{}\" too: two servers "
                        "on one data directory destroy it",
                        data.holder->source, known->second),
            "Give each server a volume of its own."));
    }
}

}  // namespace chronos::internal::compose

#include "compose/image.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace chronos::internal::compose {

namespace {

enum class family { official, high_availability, bitnami };

struct known_image {
    std::string_view name;
    family kind;
};

// Those built FROM postgres inherit its paths.
constexpr std::array<known_image, 21> kImages{{
    {"postgres", family::official},
    {"timescale/timescaledb", family::official},
    {"timescale/timescaledb-postgis", family::official},
    {"timescale/timescaledb-ha", family::high_availability},
    {"timescaledev/timescaledb", family::official},
    {"timescaledev/timescaledb-ha", family::high_availability},
    {"postgis/postgis", family::official},
    {"imresamu/postgis", family::official},
    {"pgvector/pgvector", family::official},
    {"ankane/pgvector", family::official},
    {"tensorchord/pgvecto-rs", family::official},
    {"citusdata/citus", family::official},
    {"apache/age", family::official},
    {"paradedb/paradedb", family::official},
    {"bitnami/postgresql", family::bitnami},
    {"bitnamilegacy/postgresql", family::bitnami},
    {"bitnami/postgresql-repmgr", family::bitnami},
    {"bitnamilegacy/postgresql-repmgr", family::bitnami},
    {"supabase/postgres", family::official},
    {"mdillon/postgis", family::official},
    {"bitnamisecure/postgresql", family::bitnami},
}};

struct reference_parts {
    std::string_view repository;
    std::string_view tag;
    bool digest = false;
};

reference_parts split(std::string_view text) {
    reference_parts parts;
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        parts.digest = true;
        text = text.substr(0, at);
    }
    const auto slash = text.rfind('/');
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
        parts.tag = text.substr(colon + 1);
        text = text.substr(0, colon);
    }
    parts.repository = text;
    return parts;
}

// A mirror puts host and project before the name: "registry.example:5000/mirror/postgis/postgis".
const known_image* known_as(std::string_view repository) {
    const known_image* best = nullptr;
    for (const known_image& one : kImages) {
        const bool whole = repository == one.name;
        const bool suffix = repository.size() > one.name.size() && repository.ends_with(one.name) &&
                            repository[repository.size() - one.name.size() - 1] == '/';
        if (!whole && !suffix) continue;
        // Anybody may call an image NAME/postgres; only "library" and hosts are the official one.
        if (suffix && one.name == "postgres") {
            const auto before = repository.substr(0, repository.size() - one.name.size() - 1);
            const auto last = before.substr(before.rfind('/') + 1);
            const bool host = before == last && (last.find('.') != std::string_view::npos ||
                                                 last.find(':') != std::string_view::npos);
            if (last != "library" && !host && before.find('.') == std::string_view::npos) continue;
        }
        if (best == nullptr || one.name.size() > best->name.size()) best = &one;
    }
    return best;
}

std::optional<int> number_at(std::string_view text) {
    int number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || number < 8 || number > 99) return std::nullopt;
    const std::size_t length = static_cast<std::size_t>(end - text.data());
    if (length == text.size()) return number;
    const char next = text[length];
    const bool word = (next >= '0' && next <= '9') || next == '_';
    return word ? std::nullopt : std::optional(number);
}

// "16.4-alpine", "16beta1", "pg16.3-ts2.14-all", "2.14.2-pg15", "latest-pg16", "16-3.4".
std::optional<int> major_of(std::string_view repository, std::string_view tag) {
    for (std::size_t i = 0; i + 2 < tag.size(); ++i) {
        const bool starts = i == 0 || tag[i - 1] == '-' || tag[i - 1] == '_' || tag[i - 1] == '.';
        if (starts && tag.substr(i, 2) == "pg") {
            if (const auto major = number_at(tag.substr(i + 2))) return major;
        }
    }
    // The first number of these is of the extension.
    for (const std::string_view own :
         {"timescaledb", "pgvector", "pgvecto-rs", "citus", "paradedb"})
        if (repository.find(own) != std::string_view::npos) return std::nullopt;
    if (repository.ends_with("apache/age")) {
        const auto at = tag.find("PG");
        return at == std::string_view::npos ? std::nullopt : number_at(tag.substr(at + 2));
    }
    return number_at(tag);
}

constexpr int kNewest = 18;

// Since 18 the official image keeps every major in a folder of its own, below its VOLUME.
image_layout official(int major) {
    const std::vector<std::string> known{"/var/lib/postgresql", "/var/lib/postgresql/data",
                                         "/var/lib/postgres", "/var/lib/postgres/data"};
    if (major >= 18) {
        return {"/var/lib/postgresql/" + std::to_string(major) + "/docker", "/var/lib/postgresql",
                known};
    }
    return {"/var/lib/postgresql/data", "/var/lib/postgresql/data", known};
}

std::vector<image_layout> layouts_of(family kind, std::optional<int> major) {
    if (kind == family::bitnami) {
        return {{"/bitnami/postgresql/data",
                 "/bitnami/postgresql",
                 {"/bitnami", "/bitnami/postgresql", "/bitnami/postgresql/data",
                  "/var/lib/postgresql", "/var/lib/postgresql/data"}}};
    }
    if (kind == family::high_availability) {
        return {{"/home/postgres/pgdata/data",
                 "",
                 {"/home/postgres", "/home/postgres/pgdata", "/home/postgres/pgdata/data",
                  "/var/lib/postgresql", "/var/lib/postgresql/data", "/pgdata"}}};
    }
    if (major) return {official(*major)};
    return {official(17), official(kNewest)};
}

}  // namespace

std::optional<postgres_image> recognise_image(std::string_view reference, bool complete) {
    const reference_parts parts = split(reference);
    const known_image* known = known_as(parts.repository);
    if (known == nullptr) return std::nullopt;
    postgres_image image;
    image.repository = std::string(known->name);
    image.digest = parts.digest;
    image.major = major_of(known->name, parts.tag);
    image.floating = !image.major && !parts.digest;
    // "latest" of the official image is the newest major; that of others follows later.
    const bool newest = image.floating && known->name == "postgres" && complete;
    image.layouts = layouts_of(known->kind, newest ? std::optional(kNewest) : image.major);
    return image;
}

}  // namespace chronos::internal::compose

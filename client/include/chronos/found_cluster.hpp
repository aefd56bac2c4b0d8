// PostgreSQL clusters found on disk, in volumes or folders, whether anybody still knows them or
// not.
#pragma once

#include <chronos/export.hpp>
#include <chronos/timestamp.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

enum class liveness { stopped, running, unknown };
[[nodiscard]] CHRONOS_EXPORT std::string_view to_string(liveness how) noexcept;

// A database of a cluster, as far as its files tell: they do not tell its name.
struct found_database {
    std::uint32_t oid = 0;
    bool relations = false;  // has tables of its own, beyond those of an empty database
    std::uint64_t bytes = 0;
};

struct found_cluster {
    std::string path;   // of the data directory
    std::string place;  // "volume shop_data", "container db"; empty: just the path
    std::string major;  // as PG_VERSION has it: "16"
    std::string system_identifier;
    std::string state;  // as pg_controldata prints it: "shut down"
    std::optional<timestamp> last_checkpoint;
    std::uint32_t catalog_version = 0;
    std::uint64_t bytes = 0;
    liveness running = liveness::unknown;
    std::string running_because;  // "process 4711 works in it"
    std::vector<found_database> databases;
    // Tablespaces and WAL outside: they are gone or saved only with what they point to.
    std::vector<std::string> links;
    bool orphaned = false;  // lies in a volume that no container uses
    std::string problem;    // why it could not be read as a whole; empty: it could

    // What must be in a repository for the cluster to be had back: databases that somebody made,
    // and those of initdb that hold tables. template0 and template1 are not among them.
    [[nodiscard]] CHRONOS_EXPORT std::vector<found_database> needed() const;
};

// What else of PostgreSQL or chronos lies there.
struct found_part {
    enum class kind { tablespace, wal, repository };
    kind what = kind::tablespace;
    std::string path;
    std::string system_identifier;          // of WAL
    std::uint32_t catalog_version = 0;      // of a tablespace
    std::vector<found_database> databases;  // of a tablespace
};

struct cluster_scan {
    std::vector<found_cluster> clusters;
    std::vector<found_part> parts;
    std::vector<std::string> unreadable;  // "PATH: reason"
};

// Looks at everything below a path, without following symbolic links. Reads only.
[[nodiscard]] CHRONOS_EXPORT cluster_scan find_clusters(const std::string& path);

// The same, in these places; without any: in the volumes and containers of docker and podman on
// this machine, and where packages and engines keep data. Says which volume and container each is
// of.
[[nodiscard]] CHRONOS_EXPORT cluster_scan search_clusters(const std::vector<std::string>& paths);

struct copy_report {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string>
        links;  // symbolic links, kept as such: what they point to is not copied
};

// Copies a cluster that does not run into a folder that does not exist or is empty; owner, mode and
// times are kept where that is allowed. Everything is on disk when this returns. The source is only
// read. Throws error_code::refused (running, or it cannot be told; the target is not empty; more
// changed while it was copied), not_found, permission, space.
[[nodiscard]] CHRONOS_EXPORT copy_report
copy_cluster(const std::string& from, const std::string& to,
             const std::function<void(std::uint64_t bytes, std::uint64_t total)>& progress = {});

}  // namespace chronos

#include "core/storage.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace chronos::core {

namespace {

// Where images keep their data, or their users believe it.
constexpr std::array<std::string_view, 12> kDataPaths = {"/var/lib/postgresql",
                                                         "/var/lib/postgresql/data",
                                                         "/var/lib/postgresql/data/pgdata",
                                                         "/home/postgres/pgdata",
                                                         "/home/postgres/pgdata/data",
                                                         "/bitnami/postgresql",
                                                         "/bitnami/postgresql/data",
                                                         "/var/lib/pgsql",
                                                         "/var/lib/pgsql/data",
                                                         "/var/lib/postgres",
                                                         "/var/lib/postgres/data",
                                                         "/pgdata"};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool starts_with_any(std::string_view path, std::initializer_list<std::string_view> folders) {
    return std::any_of(folders.begin(), folders.end(),
                       [path](std::string_view folder) { return lies_under(path, folder); });
}

bool is_memory(const mount& on) { return on.type == "tmpfs" || on.type == "ramfs"; }

bool is_network(const mount& on) {
    static constexpr std::array kTypes = {"nfs",       "nfs4",   "cifs",  "smb3",     "smbfs",
                                          "9p",        "ceph",   "afs",   "virtiofs", "fakeowner",
                                          "glusterfs", "lustre", "gpfs",  "beegfs",   "vboxsf",
                                          "vmhgfs",    "prl_fs", "osxfs", "grpcfuse", "drvfs"};
    return std::find(kTypes.begin(), kTypes.end(), on.type) != kTypes.end() ||
           on.type.compare(0, 5, "fuse.") == 0;
}

// The part of ".../volumes/NAME/_data" that names the volume; empty if there is none.
std::string_view volume_in(std::string_view root) {
    static constexpr std::string_view kBefore = "volumes/";
    static constexpr std::string_view kAfter = "/_data";
    for (std::size_t at = root.find(kAfter); at != std::string_view::npos;
         at = root.find(kAfter, at + 1)) {
        const std::size_t end = at + kAfter.size();
        const std::size_t slash = at == 0 ? std::string_view::npos : root.rfind('/', at - 1);
        if ((end != root.size() && root[end] != '/') || slash == std::string_view::npos) continue;
        const std::string_view before = root.substr(0, slash + 1);
        if (before.size() >= kBefore.size() &&
            before.substr(before.size() - kBefore.size()) == kBefore &&
            (before.size() == kBefore.size() ||
             before[before.size() - kBefore.size() - 1] == '/')) {
            return root.substr(slash + 1, at - slash - 1);
        }
    }
    return {};
}

// Engines give volumes without a name 64 hexadecimal digits.
bool is_generated(std::string_view volume) {
    return volume.size() == 64 && std::all_of(volume.begin(), volume.end(), [](char digit) {
               return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
           });
}

// The folder below which the engine keeps containers and volumes, as the mount that every
// container has of its own /etc/hostname shows it; empty if it does not.
std::string_view engine_folder(const mount_table& mounts) {
    const mount* const own = mounts.at("/etc/hostname");
    if (own == nullptr) return {};
    const std::size_t at = own->root.find("/containers/");
    return at == std::string_view::npos ? std::string_view{}
                                        : std::string_view(own->root).substr(0, at);
}

bool is_beside_own_files(const mount_table& mounts, const mount& on) {
    const mount* const own = mounts.at("/etc/hostname");
    const std::string_view folder = engine_folder(mounts);
    return own != nullptr && own->device == on.device &&
           lies_under(on.root,
                      folder.empty() ? std::string("/volumes") : std::string(folder) + "/volumes");
}

// A disk other than the one that the engine keeps its own files on; where that cannot be told, one
// that is mounted from its root on.
bool is_own_device(const mount_table& mounts, const surroundings& around, const mount& on) {
    const mount* const own = mounts.at("/etc/hostname");
    if (!lies_under(on.source, "/dev")) return false;
    // A folder of a disk is a claim's in Kubernetes (subPath), and the host's elsewhere.
    if (on.root != "/" && !around.is_in_kubernetes) return false;
    return own == nullptr || is_memory(*own) ? on.root == "/" : own->device != on.device;
}

storage_verdict judge_volume(const mount_table& mounts, const mount& on, std::string_view name) {
    if (!is_generated(name)) {
        return {storage_kind::named_volume, certainty::high, std::string(name), on};
    }
    return {storage_kind::anonymous_volume,
            is_beside_own_files(mounts, on) ? certainty::certain : certainty::high,
            std::string(name), on};
}

// A whole disk as the root is no layer of an engine, but of a virtual machine that plays a
// container.
storage_verdict judge_root(const mount& on) {
    const bool is_layer = on.type == "overlay" || on.root != "/";
    return {storage_kind::writable_layer, is_layer ? certainty::certain : certainty::high, {}, on};
}

storage_verdict judge_in_container(const mount_table& mounts, const surroundings& around,
                                   const mount& on) {
    if (on.point == "/") return judge_root(on);
    if (const std::string_view volume = volume_in(on.root); !volume.empty()) {
        return judge_volume(mounts, on, volume);
    }
    if (contains(on.root, "kubernetes.io~empty-dir") ||
        contains(on.root, "grpc.v1.cri/containers/")) {
        return {storage_kind::pod_directory, certainty::high, {}, on};
    }
    if (is_network(on)) return {storage_kind::network, certainty::high, {}, on};
    if (starts_with_any(on.root,
                        {"/tmp", "/run", "/var/tmp", "/var/run", "/dev/shm", "/mnt/ephemeral"})) {
        return {storage_kind::temporary_folder, certainty::medium, {}, on};
    }
    if (is_own_device(mounts, around, on)) {
        return {storage_kind::block_device, certainty::medium, {}, on};
    }
    return {storage_kind::bind, certainty::medium, {}, on};
}

}  // namespace

bool is_in_container(const mount_table& mounts, const surroundings& around) {
    if (around.has_container_file || around.is_in_kubernetes) return true;
    const mount* const root = mounts.find("/");
    return root != nullptr && root->type == "overlay" && contains(root->super_options, "upperdir=");
}

storage_verdict judge_storage(const mount_table& mounts, const surroundings& around,
                              std::string_view path) {
    const mount* const on = mounts.find(path);
    if (on == nullptr) return {};
    if (is_memory(*on)) return {storage_kind::memory, certainty::certain, {}, *on};
    if (is_in_container(mounts, around)) return judge_in_container(mounts, around, *on);
    if (is_network(*on)) return {storage_kind::network, certainty::high, {}, *on};
    return {storage_kind::host, certainty::medium, {}, *on};
}

const mount* find_misplaced_mount(const mount_table& mounts, const storage_verdict& data) {
    if (!is_lost_with_container(data.kind)) return nullptr;
    for (const mount& each : mounts.mounts()) {
        const bool is_data_path =
            std::find(kDataPaths.begin(), kDataPaths.end(), each.point) != kDataPaths.end();
        if (!is_data_path || each.id == data.on.id || mounts.at(each.point) != &each) continue;
        const std::string_view volume = volume_in(each.root);
        if (!is_memory(each) && !is_generated(volume) &&
            !contains(each.root, "kubernetes.io~empty-dir")) {
            return &each;
        }
    }
    return nullptr;
}

bool is_lost_with_container(storage_kind kind) noexcept {
    switch (kind) {
        case storage_kind::memory:
        case storage_kind::writable_layer:
        case storage_kind::anonymous_volume:
        case storage_kind::pod_directory:
            return true;
        default:
            return false;
    }
}

std::string_view name_of(storage_kind kind) noexcept {
    switch (kind) {
        case storage_kind::memory:
            return "memory";
        case storage_kind::writable_layer:
            return "writable layer";
        case storage_kind::anonymous_volume:
            return "anonymous volume";
        case storage_kind::pod_directory:
            return "pod directory";
        case storage_kind::temporary_folder:
            return "temporary folder";
        case storage_kind::named_volume:
            return "named volume";
        case storage_kind::network:
            return "network";
        case storage_kind::block_device:
            return "block device";
        case storage_kind::bind:
            return "bind mount";
        case storage_kind::host:
            return "host";
        case storage_kind::unknown:
            break;
    }
    return "unknown";
}

std::string_view name_of(certainty how_sure) noexcept {
    switch (how_sure) {
        case certainty::low:
            return "low";
        case certainty::medium:
            return "medium";
        case certainty::high:
            return "high";
        case certainty::certain:
            break;
    }
    return "certain";
}

nearness nearness_of(const storage_verdict& one, const storage_verdict& other) {
    if (one.kind == storage_kind::unknown || other.kind == storage_kind::unknown) {
        return nearness::apart;
    }
    if (one.kind != storage_kind::host &&
        (one.on.id == other.on.id || (!one.volume.empty() && one.volume == other.volume) ||
         (one.on.device == other.on.device && one.on.root != "/" && one.kind == other.kind &&
          (lies_under(one.on.root, other.on.root) || lies_under(other.on.root, one.on.root))))) {
        return nearness::same_volume;
    }
    return one.on.device == other.on.device ? nearness::same_device : nearness::apart;
}

}  // namespace chronos::core

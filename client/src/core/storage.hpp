// What becomes of the data at a path when its container goes: judged from the table of mounts. Each
// rule is in storage.cpp, with its source in docs/doctor.md. What the inside cannot know is called
// unknown, never durable.
#pragma once

#include <string>
#include <string_view>

#include "core/mount_table.hpp"

namespace chronos::core {

enum class storage_kind {
    memory,            // tmpfs: lost when the machine or the container stops
    writable_layer,    // of a container: lost when the container is removed
    anonymous_volume,  // lost with `rm -v`, `down -v`, a prune; left behind by `down`
    pod_directory,     // emptyDir and the like: lost with the pod
    temporary_folder,  // a folder of the host that is cleared
    named_volume,      // survives `down`; lost with `down -v` and `volume rm`
    network,           // another machine, or the host behind a virtual machine
    block_device,      // a disk of its own
    bind,              // a folder of the host
    host,              // no container: this machine's own file system
    unknown,
};

enum class certainty { low, medium, high, certain };

// Signs of a container other than its mounts.
struct surroundings {
    bool has_container_file = false;  // /.dockerenv or /run/.containerenv
    bool is_in_kubernetes = false;    // KUBERNETES_SERVICE_HOST
};

// A plain value.
struct storage_verdict {
    storage_kind kind = storage_kind::unknown;
    certainty how_sure = certainty::low;
    std::string volume;  // name of a volume, where it shows
    mount on;
};

[[nodiscard]] bool is_in_container(const mount_table& mounts, const surroundings& around);

[[nodiscard]] storage_verdict judge_storage(const mount_table& mounts, const surroundings& around,
                                            std::string_view path);

// A volume or a folder of the host that is mounted where images keep their data, while the data
// itself, on storage that is lost, lies elsewhere. Null if there is none.
[[nodiscard]] const mount* find_misplaced_mount(const mount_table& mounts,
                                                const storage_verdict& data);

[[nodiscard]] bool is_lost_with_container(storage_kind kind) noexcept;
[[nodiscard]] std::string_view name_of(storage_kind kind) noexcept;
[[nodiscard]] std::string_view name_of(certainty how_sure) noexcept;

// How near two places are to each other: a copy beside its original is no copy.
enum class nearness { apart, same_device, same_volume };
[[nodiscard]] nearness nearness_of(const storage_verdict& one, const storage_verdict& other);

}  // namespace chronos::core

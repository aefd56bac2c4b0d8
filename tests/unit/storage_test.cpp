// Tables of mounts as they were recorded in containers; where each is from stands above it.
#include "core/storage.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chronos::core {
namespace {

constexpr const char* kData = "/var/lib/postgresql/data";
constexpr const char* kAnonymous =
    "931cdb18b2f6c94dc0cd2e4e5c6aa7e2f52f5c5f0a5ab1d3e4f5a6b7c8d9e0f1";

// Docker Engine 20.10.24, overlay2, data root /var/lib/docker: the lines that every container has.
const std::string kDocker =
    "94 60 0:39 / / rw,relatime master:2 - overlay overlay "
    "rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B,upperdir=/var/lib/"
    "docker/overlay2/77/diff,workdir=/var/lib/docker/overlay2/77/work\n"
    "95 94 0:42 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw\n"
    "96 94 0:43 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755\n"
    "97 96 0:47 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k\n"
    "98 94 254:0 /var/lib/docker/containers/0f1e2d3c/resolv.conf /etc/resolv.conf rw - ext4 "
    "/dev/vda rw\n"
    "99 94 254:0 /var/lib/docker/containers/0f1e2d3c/hostname /etc/hostname rw - ext4 /dev/vda "
    "rw\n";

storage_verdict judge(const std::string& mounts, std::string_view path = kData,
                      surroundings around = {}) {
    return judge_storage(mount_table::parse(mounts), around, path);
}

std::string volume_line(const std::string& name, const std::string& point, int id = 100,
                        int parent = 94) {
    return std::to_string(id) + " " + std::to_string(parent) + " 254:0 /var/lib/docker/volumes/" +
           name + "/_data " + point + " rw,relatime master:1 - ext4 /dev/vda rw\n";
}

TEST(Storage, data_on_the_root_of_a_container_is_on_its_writable_layer) {
    const storage_verdict found = judge(kDocker);
    EXPECT_EQ(found.kind, storage_kind::writable_layer);
    EXPECT_EQ(found.how_sure, certainty::certain);
}

// btrfs and zfs drivers have no overlay; the file that the engine leaves tells.
TEST(Storage, a_root_that_is_no_overlay_counts_with_another_sign_of_a_container) {
    const std::string mounts =
        "600 500 0:27 /@/var/lib/docker/btrfs/subvolumes/abc / rw,relatime - btrfs /dev/sda2 rw\n";
    EXPECT_EQ(judge(mounts).kind, storage_kind::host);
    EXPECT_EQ(judge(mounts, kData, {true, false}).kind, storage_kind::writable_layer);
    EXPECT_EQ(judge(mounts, kData, {false, true}).kind, storage_kind::writable_layer);
}

// As of a container in a small virtual machine of its own.
TEST(Storage, a_disk_as_the_root_is_less_certain) {
    const storage_verdict found =
        judge("23 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n", kData, {true, false});
    EXPECT_EQ(found.kind, storage_kind::writable_layer);
    EXPECT_EQ(found.how_sure, certainty::high);
}

// Every layer of the image is named before the one that tells.
TEST(Storage, a_very_long_line_is_read_to_its_end) {
    std::string lower = "lowerdir=";
    for (int i = 0; i < 20000; ++i) lower += "/var/lib/docker/overlay2/l/ABCDEFGHIJKLMNOP:";
    EXPECT_TRUE(is_in_container(
        mount_table::parse("1 0 0:39 / / rw - overlay overlay rw," + lower + ",upperdir=/x\n"),
        {}));
}

// Docker 29 and containerd's image store.
TEST(Storage, the_root_of_the_containerd_store_is_a_writable_layer_too) {
    EXPECT_EQ(judge("700 600 0:99 / / rw - overlay overlay "
                    "rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/"
                    "snapshots/1/fs,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1."
                    "overlayfs/snapshots/2/fs\n")
                  .kind,
              storage_kind::writable_layer);
}

TEST(Storage, a_volume_with_a_generated_name_is_anonymous) {
    const storage_verdict found = judge(kDocker + volume_line(kAnonymous, kData));
    EXPECT_EQ(found.kind, storage_kind::anonymous_volume);
    EXPECT_EQ(found.volume, kAnonymous);
    EXPECT_EQ(found.how_sure, certainty::certain);
}

// The data root is a file system of its own, so that the path loses its beginning.
TEST(Storage, volumes_are_known_without_the_folder_of_the_engine) {
    const std::string root = kDocker.substr(0, kDocker.find('\n') + 1);
    const auto line = [](const std::string& name) {
        return "100 94 259:1 /volumes/" + name + "/_data " + kData + " rw - xfs /dev/nvme1n1 rw\n";
    };
    EXPECT_EQ(judge(root + line(kAnonymous)).kind, storage_kind::anonymous_volume);
    EXPECT_EQ(judge(root + line(kAnonymous)).how_sure, certainty::high);
    EXPECT_EQ(judge(root + line("shop_db")).kind, storage_kind::named_volume);
    EXPECT_EQ(judge(root + line("shop_db")).volume, "shop_db");
}

// Rootless engines and btrfs subvolumes put something before.
TEST(Storage, volumes_are_known_below_any_folder) {
    for (const std::string before :
         {"/home/u/.local/share/docker", "/@/var/lib/docker", "/var/lib/containers/storage"}) {
        EXPECT_EQ(judge(kDocker + "100 94 254:0 " + before + "/volumes/" + kAnonymous + "/_data " +
                        kData + " rw - btrfs /dev/sda rw\n")
                      .kind,
                  storage_kind::anonymous_volume)
            << before;
    }
}

TEST(Storage, a_named_volume_is_told_with_its_name) {
    const storage_verdict found = judge(kDocker + volume_line("rhnamed", kData));
    EXPECT_EQ(found.kind, storage_kind::named_volume);
    EXPECT_EQ(found.volume, "rhnamed");
}

TEST(Storage, a_folder_that_only_looks_like_a_volume_is_a_bind_mount) {
    for (const std::string root : {"/srv/volumes/x/data", "/srv/_data", "/srv/myvolumes/x/_data",
                                   "/srv/volumes/x/_database"}) {
        EXPECT_EQ(
            judge(kDocker + "100 94 254:0 " + root + " " + kData + " rw - ext4 /dev/vda rw\n").kind,
            storage_kind::bind)
            << root;
    }
}

TEST(Storage, bind_mounts_of_folders_that_are_cleared_are_told_apart) {
    const auto at = [](const std::string& root) {
        return judge(kDocker + "100 94 254:0 " + root + " " + kData + " rw - ext4 /dev/vda rw\n")
            .kind;
    };
    EXPECT_EQ(at("/srv/bind"), storage_kind::bind);
    EXPECT_EQ(at("/tmp/pg"), storage_kind::temporary_folder);
    EXPECT_EQ(at("/tmpfiles/pg"), storage_kind::bind);
}

TEST(Storage, memory_is_lost_wherever_it_is) {
    const std::string line =
        "100 94 0:41 / /var/lib/postgresql/data rw,relatime - tmpfs tmpfs rw\n";
    EXPECT_EQ(judge(kDocker + line).kind, storage_kind::memory);
    EXPECT_EQ(judge("94 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + line).kind, storage_kind::memory);
}

// alibaba/loongcollector issue 2475 and others: kubelet's emptyDir; microk8s has another root.
TEST(Storage, an_empty_dir_goes_with_the_pod) {
    for (const std::string before :
         {"/var/lib/kubelet", "/var/snap/microk8s/common/var/lib/kubelet"}) {
        EXPECT_EQ(judge(kDocker + "100 94 259:1 " + before +
                        "/pods/6b/volumes/kubernetes.io~empty-dir/data " + kData +
                        " rw - ext4 /dev/nvme0n1p1 rw\n")
                      .kind,
                  storage_kind::pod_directory);
    }
    // An image's VOLUME without a mount under containerd.
    EXPECT_EQ(judge(kDocker +
                    "100 94 259:1 /var/lib/containerd/io.containerd.grpc.v1.cri/"
                    "containers/ab12/volumes/3f " +
                    kData + " rw - ext4 /dev/nvme0n1p1 rw\n")
                  .kind,
              storage_kind::pod_directory);
}

TEST(Storage, a_disk_of_its_own_is_a_block_device) {
    EXPECT_EQ(judge(kDocker + "100 94 252:16 / " + kData + " rw - ext4 /dev/rbd2 rw\n").kind,
              storage_kind::block_device);
    // A PVC with a subPath.
    const std::string claim = kDocker + "100 94 259:3 /pg " + kData + " rw - xfs /dev/nvme1n1 rw\n";
    EXPECT_EQ(judge(claim, kData, {false, true}).kind, storage_kind::block_device);
    EXPECT_EQ(judge(claim).kind, storage_kind::bind);
    EXPECT_EQ(judge(kDocker + "100 94 8:1 /tmp/pg " + kData + " rw - ext4 /dev/sda1 rw\n").kind,
              storage_kind::temporary_folder);
    // Podman keeps hostname in memory: a folder of the node's disk is no disk of its own.
    const std::string podman =
        "94 60 0:39 / / rw - overlay overlay rw,upperdir=/x/diff\n"
        "99 94 0:25 /containers/overlay-containers/ab/userdata/hostname /etc/hostname rw - tmpfs "
        "tmpfs rw\n";
    EXPECT_EQ(judge(podman + "100 94 254:0 /srv/pg " + kData + " rw - ext4 /dev/vda rw\n").kind,
              storage_kind::bind);
}

TEST(Storage, file_systems_of_other_machines_are_network) {
    for (const std::string tail :
         {"nfs4 10.0.0.1:/export rw", "cifs //nas/pg rw", "fuse.glusterfs gl:/v rw",
          "virtiofs share rw", "fakeowner /run/host_mark/Users rw", "9p drvfs rw", "ceph m:/ rw"}) {
        EXPECT_EQ(judge(kDocker + "100 94 0:55 / " + kData + " rw - " + tail + "\n").kind,
                  storage_kind::network)
            << tail;
    }
}

TEST(Storage, without_a_container_it_is_the_machine_itself) {
    EXPECT_EQ(judge("29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n").kind,
              storage_kind::host);
    EXPECT_EQ(judge("").kind, storage_kind::unknown);
}

// The post-mortem's trap on 17: the volume is on the parent, the image's own VOLUME covers it.
TEST(Storage, a_volume_on_the_parent_does_not_hold_the_data) {
    const std::string mounts = kDocker + volume_line("rhnamed", "/var/lib/postgresql", 100) +
                               volume_line(kAnonymous, kData, 101, 100);
    const storage_verdict found = judge(mounts);
    EXPECT_EQ(found.kind, storage_kind::anonymous_volume);
    const mount_table table = mount_table::parse(mounts);
    const mount* const decoy = find_misplaced_mount(table, found);
    ASSERT_NE(decoy, nullptr);
    EXPECT_EQ(decoy->point, "/var/lib/postgresql");
}

// And on 18: the volume is where it used to be, the data one folder higher.
TEST(Storage, a_volume_on_the_old_path_of_18_does_not_hold_the_data) {
    const std::string mounts = kDocker + volume_line(kAnonymous, "/var/lib/postgresql", 100) +
                               volume_line("rhnamed", kData, 101, 100);
    const storage_verdict found = judge(mounts, "/var/lib/postgresql/18/docker");
    EXPECT_EQ(found.kind, storage_kind::anonymous_volume);
    const mount_table table = mount_table::parse(mounts);
    const mount* const decoy = find_misplaced_mount(table, found);
    ASSERT_NE(decoy, nullptr);
    EXPECT_EQ(decoy->point, kData);
}

// gotempsh/temps issue 849: timescaledb-ha keeps its data elsewhere and declares no volume.
TEST(Storage, a_volume_where_the_image_keeps_nothing_leaves_data_on_the_writable_layer) {
    const std::string mounts = kDocker + volume_line("tsdata", kData);
    const storage_verdict found = judge(mounts, "/home/postgres/pgdata/data");
    EXPECT_EQ(found.kind, storage_kind::writable_layer);
    const mount_table table = mount_table::parse(mounts);
    ASSERT_NE(find_misplaced_mount(table, found), nullptr);
}

TEST(Storage, data_in_its_right_place_has_no_misplaced_mount) {
    const std::string mounts =
        kDocker + volume_line("rhnamed", kData, 100) + volume_line("home", "/home/postgres", 101);
    const mount_table table = mount_table::parse(mounts);
    EXPECT_EQ(find_misplaced_mount(table, judge(mounts)), nullptr);
}

TEST(Storage, a_mount_for_something_else_is_not_misplaced) {
    const std::string mounts = kDocker + volume_line(kAnonymous, kData, 100) +
                               volume_line("certs", "/var/lib/postgresql/certs", 101) +
                               volume_line("pass", "/home/postgres/.pgpass", 102);
    const mount_table table = mount_table::parse(mounts);
    EXPECT_EQ(find_misplaced_mount(table, judge(mounts)), nullptr);
}

TEST(Storage, a_repository_beside_its_original_is_seen) {
    const std::string mounts =
        kDocker + volume_line("data", kData, 100) + volume_line("backup", "/backup", 101) +
        "102 94 252:16 / /disk rw - ext4 /dev/vdb rw\n"
        "103 94 254:0 /var/lib/docker/volumes/data/_data/sub /again rw - ext4 /dev/vda rw\n";
    const storage_verdict data = judge(mounts);
    EXPECT_EQ(nearness_of(data, judge(mounts, "/var/lib/postgresql/data/backup")),
              nearness::same_volume);
    EXPECT_EQ(nearness_of(data, judge(mounts, "/again/x")), nearness::same_volume);
    EXPECT_EQ(nearness_of(data, judge(mounts, "/backup/shop")), nearness::same_device);
    EXPECT_EQ(nearness_of(data, judge(mounts, "/disk/shop")), nearness::apart);
    EXPECT_EQ(nearness_of(data, storage_verdict{}), nearness::apart);
}

}  // namespace
}  // namespace chronos::core

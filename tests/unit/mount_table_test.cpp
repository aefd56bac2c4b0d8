// Which mount a path lies on.
#include "core/mount_table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chronos::core {
namespace {

TEST(MountTable, escapes_are_read) {
    const mount_table table = mount_table::parse(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "2 1 8:2 /my\\040data /mnt/a\\040b\\134c rw shared:1 - ext4 /dev/disk/by-label/x\\011y "
        "rw\n");
    const mount* const found = table.find("/mnt/a b\\c/pg");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->root, "/my data");
    EXPECT_EQ(found->source, "/dev/disk/by-label/x\ty");
}

TEST(MountTable, a_mount_that_a_later_one_hides_does_not_count) {
    const std::string lower =
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "2 1 8:2 / /a/b rw - ext4 /dev/sdb rw\n"
        "3 1 8:3 / /a rw - ext4 /dev/sdc rw\n";
    EXPECT_EQ(mount_table::parse(lower).find("/a/b/c")->source, "/dev/sdc");
    EXPECT_EQ(
        mount_table::parse(lower + "4 3 8:4 / /a/b rw - ext4 /dev/sdd rw\n").find("/a/b/c")->source,
        "/dev/sdd");
    // Two at one place: the last is the child of the first.
    EXPECT_EQ(mount_table::parse("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                 "2 1 8:2 / /a rw - ext4 /dev/sdb rw\n"
                                 "3 2 8:3 / /a rw - ext4 /dev/sdc rw\n")
                  .find("/a/x")
                  ->source,
              "/dev/sdc");
}

TEST(MountTable, names_that_begin_alike_are_not_below_each_other) {
    const mount_table table = mount_table::parse(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /data rw - ext4 /dev/sdb rw\n");
    EXPECT_EQ(table.find("/database")->source, "/dev/sda1");
    EXPECT_EQ(table.find("/data")->source, "/dev/sdb");
}

TEST(MountTable, an_excerpt_without_a_root_is_still_read) {
    const mount_table table = mount_table::parse(
        "2 1 8:2 / /data rw - ext4 /dev/sdb rw\n3 1 8:3 / /data/x rw - ext4 "
        "/dev/sdc rw\n");
    EXPECT_EQ(table.find("/data/x/y")->source, "/dev/sdc");
    EXPECT_EQ(table.find("/elsewhere"), nullptr);
}

TEST(MountTable, lines_that_are_none_are_left_out) {
    for (const std::string line :
         {"", " ", "1", "1 0 8:1 / / rw", "1 0 8:1 / / rw -", "1 0 8:1 / / rw - ext4",
          "x 0 8:1 / / rw - ext4 a b", "1 0 8:1 / relative rw - ext4 a b", "- - - - - - - - -"}) {
        EXPECT_TRUE(mount_table::parse(line).mounts().empty()) << line;
    }
}

TEST(MountTable, very_long_lines_and_circles_do_no_harm) {
    std::string lower = "lowerdir=";
    for (int i = 0; i < 20000; ++i) lower += "/var/lib/docker/overlay2/l/ABCDEFGHIJKLMNOP:";
    const mount_table table =
        mount_table::parse("1 0 0:39 / / rw - overlay overlay rw," + lower + ",upperdir=/x\n");
    ASSERT_EQ(table.mounts().size(), 1U);
    const mount_table circle = mount_table::parse(
        "1 9 8:1 / / rw - ext4 a rw\n2 3 8:2 / /a rw - ext4 b rw\n3 2 8:3 / /a rw - ext4 c rw\n"
        "9 1 8:1 / / rw - ext4 d rw\n");
    EXPECT_NE(circle.find("/a/b"), nullptr);
}

}  // namespace
}  // namespace chronos::core

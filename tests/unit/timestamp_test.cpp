#include "chronos/timestamp.hpp"

#include <gtest/gtest.h>

#include "core/snapshot_id.hpp"

namespace chronos {
namespace {

std::string normal(const char* text) {
    const auto moment = parse_timestamp(text);
    return moment ? to_string(*moment) : "nothing";
}

TEST(timestamp, is_read_in_every_form_that_people_write) {
    EXPECT_EQ(normal("2026-11-23T04:19:32.000123Z"), "2026-11-23T04:19:32.000123Z");
    EXPECT_EQ(normal("2026-11-23 04:19:32"), "2026-11-23T04:19:32.000000Z");
    EXPECT_EQ(normal("2026-11-23 04:19"), "2026-11-23T04:19:00.000000Z");
    EXPECT_EQ(normal("2026-11-23"), "2026-11-23T00:00:00.000000Z");
    EXPECT_EQ(normal("2026-11-23 04:19:32.5+02"), "2026-11-23T02:19:32.500000Z");
    EXPECT_EQ(normal("2026-11-23 00:10:00-05:30"), "2026-11-23T05:40:00.000000Z");
    EXPECT_EQ(normal("2026-03-01T00:30+0100"), "2026-02-28T23:30:00.000000Z");
    EXPECT_EQ(normal("1969-12-31 23:59:59.999999Z"), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(normal("2024-02-29 12:00:00.1234567"), "2024-02-29T12:00:00.123456Z");
}

TEST(timestamp, is_not_read_from_anything_else) {
    for (const char* text :
         {"", "now", "2026-11-23T", "2026-13-01", "2026-02-29", "2026-11-23 24:00", "26-11-23",
          "2026-11-23 4:19", "2026-11-23 04:60", "2026-11-23 04:19:32.", "2026-11-23 04:19 CET",
          "2026-11-23 04:19:32+", "2026-11-23 04:19:32+1", "2026-11-23 04:19:32+99", "2026-11-23Z2",
          " 2026-11-23", "2026-11-23 "}) {
        EXPECT_EQ(normal(text), "nothing") << text;
    }
}

TEST(snapshot_id, begins_with_its_moment_so_that_ids_sort_by_time) {
    const auto moment = *parse_timestamp("2026-11-23T04:19:32.9Z");
    const std::string id = internal::make_snapshot_id(moment, 0x0a1b2c3d);
    EXPECT_EQ(id, "20261123T041932Z-0a1b2c3d");
    EXPECT_TRUE(internal::is_snapshot_id(id));
    EXPECT_EQ(to_string(internal::snapshot_id_time(id)), "2026-11-23T04:19:32.000000Z");
}

TEST(snapshot_id, is_nothing_that_could_leave_its_directory) {
    for (const char* text :
         {"", "latest", "../../etc/passwd", "20261123T041932Z-0A1B2C3D", "20261123T041932Z-0a1b2c3",
          "20261123T041932Z-0a1b2c3d/", "20261123T041932Z/0a1b2c3d", "2026112304193200-0a1b2c3d"}) {
        EXPECT_FALSE(internal::is_snapshot_id(text)) << text;
    }
}

}  // namespace
}  // namespace chronos

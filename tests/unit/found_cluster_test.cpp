// Clusters on disk: what their files tell, what rm would take away, and copies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "chronos/error.hpp"
#include "chronos/found_cluster.hpp"
#include "guard/casualties.hpp"
#include "guard/control_file.hpp"
#include "guard/verdict.hpp"
#include "unit/temporary_directory.hpp"

namespace {

namespace fs = std::filesystem;
namespace guard = chronos::internal::guard;
using chronos::find_clusters;
using chronos::liveness;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename number>
void put(std::string& bytes, std::size_t offset, number value) {
    std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

// A control file of PostgreSQL 16: what is read of it, and its checksum.
std::string control(std::uint64_t identifier, std::uint32_t state) {
    std::string bytes(8192, '\0');
    put(bytes, 0, identifier);
    put(bytes, 8, std::uint32_t(1300));
    put(bytes, 12, std::uint32_t(202307071));
    put(bytes, 16, state);
    put(bytes, 24, std::int64_t(1'790'000'100));
    put(bytes, 104, std::int64_t(1'790'000'000));
    std::uint32_t crc = 0xFFFFFFFF;
    for (std::size_t i = 0; i < 288; ++i) {
        crc ^= static_cast<unsigned char>(bytes[i]);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    }
    put(bytes, 288, crc ^ 0xFFFFFFFF);
    return bytes;
}

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

void make_cluster(const fs::path& at, std::uint64_t identifier = 7391, std::uint32_t state = 1) {
    write(at / "PG_VERSION", "16\n");
    write(at / "global/pg_control", control(identifier, state));
    write(at / "base/1/1259", "x");
    write(at / "base/4/1259", "x");
    write(at / "base/5/1259", "x");
    write(at / "base/16390/16400_fsm", "abc");
    write(at / "log/today.log", "x");
    fs::create_directories(at / "pg_tblspc");
    fs::create_directories(at / "pg_wal/archive_status");
}

class found_cluster : public testing::Test {
  protected:
    chronos::temporary_directory place;
    fs::path folder() const { return place.path(); }

    chronos::guard_report judged(const std::vector<std::string>& command) {
        chronos::guard_options options;
        options.command = command;
        struct nobody : guard::asker {
            guard::answer ask(const std::vector<std::string>&) override { return {127, "", ""}; }
        } nobody;
        return guard::judge(options, nobody, {});
    }
};

TEST_F(found_cluster, is_told_by_its_files) {
    make_cluster(folder() / "deep/data");
    const auto scan = find_clusters(folder());
    ASSERT_EQ(scan.clusters.size(), 1U);
    const auto& found = scan.clusters[0];
    EXPECT_EQ(found.path, (folder() / "deep/data").string());
    EXPECT_EQ(found.major, "16");
    EXPECT_EQ(found.system_identifier, "7391");
    EXPECT_EQ(found.state, "shut down");
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.running, liveness::stopped);
    ASSERT_TRUE(found.last_checkpoint);
    EXPECT_EQ(chronos::to_string(*found.last_checkpoint), "2026-09-21T14:13:20.000000Z");
    EXPECT_GT(found.bytes, 8192U);
    ASSERT_EQ(found.needed().size(), 1U);
    EXPECT_EQ(found.needed()[0].oid, 16390U);
}

TEST_F(found_cluster, a_damaged_one_is_found_and_says_so) {
    make_cluster(folder() / "data");
    std::string bytes = control(7391, 1);
    bytes[30] = 'x';
    write(folder() / "data/global/pg_control", bytes);
    EXPECT_THAT(find_clusters(folder()).clusters[0].problem, HasSubstr("checksum"));
    fs::remove(folder() / "data/global/pg_control");
    EXPECT_THAT(find_clusters(folder()).clusters[0].problem, HasSubstr("cannot be read"));
    EXPECT_FALSE(guard::read_control_file("too short"));
    EXPECT_FALSE(guard::read_control_file(std::string(8192, '\0')));
}

TEST_F(found_cluster, what_is_left_of_one_is_found_too) {
    make_cluster(folder() / "data");
    fs::remove(folder() / "data/PG_VERSION");
    EXPECT_THAT(find_clusters(folder()).clusters.at(0).problem, HasSubstr("PG_VERSION"));
    EXPECT_EQ(judged({"rm", "-rf", folder().string()}).verdict, chronos::guard_verdict::refused);
}

TEST_F(found_cluster, one_with_a_process_in_it_runs) {
    make_cluster(folder() / "data", 7391, 6);
    write(folder() / "data/postmaster.pid", "1\n");
    const fs::path before = fs::current_path();
    fs::current_path(folder() / "data");
    const auto scan = find_clusters(folder());
    fs::current_path(before);
    EXPECT_EQ(scan.clusters.at(0).running, liveness::running);
    EXPECT_NE(find_clusters(folder()).clusters.at(0).running, liveness::running);
}

TEST_F(found_cluster, tablespaces_logs_and_repositories_are_parts) {
    write(folder() / "space/PG_16_202307071/16390/16500", "x");
    std::string page(8192, '\0');
    put(page, 0, std::uint16_t(0xD113));
    put(page, 2, std::uint16_t(2));
    put(page, 24, std::uint64_t(7391));
    write(folder() / "wal/000000010000000000000001", page);
    write(folder() / "repository/format.json", "{}");
    fs::create_directories(folder() / "repository/objects");
    fs::create_directories(folder() / "repository/snapshots");
    const auto scan = find_clusters(folder());
    EXPECT_THAT(scan.clusters, IsEmpty());
    ASSERT_EQ(scan.parts.size(), 3U);
    const auto report = judged({"rm", "-rf", folder().string()});
    EXPECT_EQ(report.verdict, chronos::guard_verdict::refused);
    EXPECT_EQ(report.losses.size(), 3U);
}

TEST_F(found_cluster, rm_of_anything_inside_takes_the_cluster_along) {
    make_cluster(folder() / "data");
    for (const char* part :
         {"data", "data/pg_wal", "data/base/1/1259", "data/", "data/../data", "."}) {
        const auto report = judged({"rm", "-rf", (folder() / part).string()});
        EXPECT_EQ(report.verdict, chronos::guard_verdict::refused) << part;
        ASSERT_EQ(report.losses.size(), 1U) << part;
        EXPECT_EQ(report.losses[0].name, (folder() / "data").string()) << part;
        EXPECT_THAT(report.losses[0].reasons, testing::Contains(HasSubstr("no repository")));
    }
    EXPECT_EQ(judged({"rm", "-rf", (folder() / "data/log").string()}).verdict,
              chronos::guard_verdict::passed);
    EXPECT_EQ(judged({"rm", "-rf", (folder() / "nothing").string()}).verdict,
              chronos::guard_verdict::passed);
    EXPECT_EQ(judged({"rm", (folder() / "data").string()}).verdict, chronos::guard_verdict::passed);
}

TEST_F(found_cluster, rm_takes_a_link_and_not_what_it_points_to) {
    make_cluster(folder() / "data");
    fs::create_symlink(folder() / "data", folder() / "link");
    EXPECT_EQ(judged({"rm", "-rf", (folder() / "link").string()}).verdict,
              chronos::guard_verdict::passed);
    EXPECT_EQ(judged({"rm", "-rf", (folder() / "link/").string()}).verdict,
              chronos::guard_verdict::refused);
    EXPECT_EQ(judged({"rm", "-rf", (folder() / "link/base").string()}).verdict,
              chronos::guard_verdict::refused);
}

TEST_F(found_cluster, is_copied_as_it_is_and_into_nothing_that_exists) {
    make_cluster(folder() / "data");
    fs::create_symlink("/elsewhere", folder() / "data/pg_tblspc/16500");
    fs::permissions(folder() / "data", fs::perms::owner_all);
    const auto report = chronos::copy_cluster(folder() / "data", folder() / "copy");
    EXPECT_EQ(report.files, 7U);
    EXPECT_THAT(report.links, ElementsAre("pg_tblspc/16500 -> /elsewhere"));
    EXPECT_EQ(find_clusters(folder() / "copy").clusters.at(0).system_identifier, "7391");
    EXPECT_EQ(fs::status(folder() / "copy").permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::last_write_time(folder() / "copy/PG_VERSION"),
              fs::last_write_time(folder() / "data/PG_VERSION"));
    const auto code = [this](const fs::path& from, const fs::path& to) {
        try {
            (void)chronos::copy_cluster(from, to);
        } catch (const chronos::error& refused) {
            return refused.code();
        }
        return chronos::error_code::internal;
    };
    EXPECT_EQ(code(folder() / "data", folder() / "copy"), chronos::error_code::refused);
    EXPECT_EQ(code(folder() / "data", folder() / "data/inside"), chronos::error_code::refused);
    EXPECT_EQ(code(folder() / "data/base", folder() / "other"), chronos::error_code::not_found);
    EXPECT_FALSE(fs::exists(folder() / "other"));
}

}  // namespace

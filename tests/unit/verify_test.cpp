#include "chronos/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "chronos/error.hpp"
#include "repository/hash.hpp"
#include "repository/storage.hpp"
#include "unit/sample_manifest.hpp"
#include "unit/temporary_directory.hpp"

namespace chronos {
namespace {

using internal::sample_id;
using testing::ElementsAre;

const std::string kOne(5000, '1');
const std::string kTwo(6000, '2');
const std::string kThree(7000, '3');

class verify : public testing::Test {
  protected:
    verify() {
        repository::init(url());
        snapshot(1, {kOne, kTwo});
        snapshot(2, {kTwo, kThree});
        data_.data = true;
        data_.jobs = 3;
    }

    void snapshot(int number, const std::vector<std::string>& pieces) {
        internal::writing_session session({url()});
        session.commit(internal::sample_manifest(session, sample_id(number), pieces));
    }
    [[nodiscard]] std::string url() const { return place_ / "repo"; }
    [[nodiscard]] std::filesystem::path file(const std::string& plain) const {
        return place_ / ("repo/" + internal::object_key(internal::sha256_hex(plain)));
    }
    [[nodiscard]] verify_report all(const verify_options& options) const {
        return verify_repository(repository::open(url()), options);
    }
    static void flip_last_byte(const std::filesystem::path& path) {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(-1, std::ios::end);
        const auto byte = static_cast<char>(file.get() ^ 1);
        file.seekp(-1, std::ios::end);
        file.put(byte);
    }

    temporary_directory place_;
    verify_options data_;
};

TEST_F(verify, finds_nothing_in_a_sound_repository) {
    for (const verify_options& options : {verify_options(), data_}) {
        const verify_report report = all(options);
        EXPECT_TRUE(report.intact());
        EXPECT_THAT(report.snapshots, ElementsAre(sample_id(1), sample_id(2)));
        EXPECT_EQ(report.objects, 8U);  // three pieces, three SQL texts, two scripts
        EXPECT_GT(report.stored_bytes, 0U);
    }
}

TEST_F(verify, names_every_damaged_object_with_the_table_and_the_snapshots) {
    std::filesystem::remove(file(kOne));
    std::filesystem::resize_file(file(kTwo), 10);
    flip_last_byte(file(kThree));
    const verify_report report = all(data_);
    ASSERT_EQ(report.damaged_objects.size(), 3U);
    for (const object_problem& problem : report.damaged_objects) {
        EXPECT_THAT(problem.used_by, ElementsAre("table public.orders"));
        if (problem.object == internal::sha256_hex(kOne)) {
            EXPECT_EQ(problem.kind, object_problem_kind::missing);
            EXPECT_THAT(problem.snapshots, ElementsAre(sample_id(1)));
        } else if (problem.object == internal::sha256_hex(kTwo)) {
            EXPECT_EQ(problem.kind, object_problem_kind::truncated);
            EXPECT_THAT(problem.snapshots, ElementsAre(sample_id(1), sample_id(2)));
        } else {
            EXPECT_EQ(problem.kind, object_problem_kind::damaged);
            EXPECT_EQ(problem.object, internal::sha256_hex(kThree));
        }
    }
}

TEST_F(verify, without_data_sees_what_is_missing_or_has_another_size) {
    std::filesystem::remove(file(kOne));
    std::filesystem::resize_file(file(kTwo), 10);
    flip_last_byte(file(kThree));
    EXPECT_EQ(all({}).damaged_objects.size(), 2U);
}

TEST_F(verify, of_one_snapshot_looks_at_its_objects_alone) {
    std::filesystem::remove(file(kOne));
    const repository there = repository::open(url());
    EXPECT_FALSE(verify_snapshot(there, snapshot_selector::named(sample_id(1))).intact());
    EXPECT_TRUE(verify_snapshot(there, snapshot_selector::latest()).intact());
}

TEST_F(verify, reports_a_damaged_manifest_and_goes_on) {
    flip_last_byte(place_ / ("repo/snapshots/" + sample_id(1) + ".json"));
    std::filesystem::remove(file(kThree));
    const verify_report report = all({});
    ASSERT_EQ(report.damaged_manifests.size(), 1U);
    EXPECT_EQ(report.damaged_manifests[0].snapshot, sample_id(1));
    EXPECT_EQ(report.damaged_objects.size(), 1U);
}

TEST_F(verify, reports_the_manifest_of_one_snapshot_under_the_name_of_another) {
    std::filesystem::copy_file(place_ / ("repo/snapshots/" + sample_id(1) + ".json"),
                               place_ / ("repo/snapshots/" + sample_id(3) + ".json"));
    const verify_report report = all({});
    ASSERT_EQ(report.damaged_manifests.size(), 1U);
    EXPECT_EQ(report.damaged_manifests[0].snapshot, sample_id(3));
}

TEST_F(verify, reports_something_else_in_the_place_of_an_object) {
    std::filesystem::remove(file(kOne));
    std::filesystem::create_symlink(file(kTwo), file(kOne));
    std::filesystem::remove(file(kThree));
    std::filesystem::create_directory(file(kThree));
    const verify_report report = all(data_);
    ASSERT_EQ(report.damaged_objects.size(), 2U);
    EXPECT_EQ(report.damaged_objects[0].kind, object_problem_kind::unreadable);
    EXPECT_EQ(report.damaged_objects[1].kind, object_problem_kind::unreadable);
}

TEST_F(verify, can_be_cancelled) {
    std::stop_source source;
    source.request_stop();
    data_.stop = source.get_token();
    try {
        (void)all(data_);
        FAIL();
    } catch (const error& problem) {
        EXPECT_EQ(problem.code(), error_code::cancelled);
    }
}

TEST_F(verify, tells_how_far_it_is) {
    verify_progress last;
    data_.progress = [&](const verify_progress& now) {
        EXPECT_GT(now.objects_done, last.objects_done);
        last = now;
    };
    EXPECT_TRUE(all(data_).intact());
    EXPECT_EQ(last.objects_done, 8U);
    EXPECT_EQ(last.objects_total, 8U);
    EXPECT_EQ(last.bytes_done, last.bytes_total);
}

}  // namespace
}  // namespace chronos

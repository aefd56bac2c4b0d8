// Stops a snapshot at every single system call and looks at what is left.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <memory>

#include "chronos/error.hpp"
#include "chronos/verify.hpp"
#include "repository/directory_storage.hpp"
#include "repository/forgotten.hpp"
#include "repository/sweep.hpp"
#include "unit/failing_calls.hpp"
#include "unit/sample_manifest.hpp"
#include "unit/temporary_directory.hpp"

namespace chronos::internal {
namespace {

constexpr int kFirst = 1;
constexpr int kSecond = 2;

class crash : public testing::Test {
  protected:
    crash() {
        // One snapshot is there already: it shares an object with the one that fails.
        directory_storage::init(parse_repository_url(url()), hasty_);
        snapshot(hasty_, kFirst);
    }

    [[nodiscard]] std::string url() const { return place_ / "repo"; }

    void snapshot(file_calls& calls, int number) {
        writing_session session({std::make_shared<directory_storage>(parse_repository_url(url()),
                                                                     access_mode::write, calls)});
        session.commit(sample_manifest(session, sample_id(number),
                                       {"shared\n", "only " + std::to_string(number) + "\n"}));
    }

    // Either no second snapshot or a whole one; the first is whole in any case.
    void expect_nothing_half() const {
        const repository there = repository::open(url());
        const auto snapshots = there.snapshots();
        ASSERT_GE(snapshots.size(), 1U);
        ASSERT_LE(snapshots.size(), 2U);
        verify_options with_data;
        with_data.data = true;
        EXPECT_TRUE(verify_repository(there, with_data).intact());
    }

    // The next run succeeds and leaves nothing behind but what snapshots need.
    void expect_next_run_succeeds() {
        repository there = repository::open(url());
        if (there.snapshots().size() == 1) snapshot(hasty_, kSecond);
        verify_options with_data;
        with_data.data = true;
        const verify_report report = verify_repository(there, with_data);
        EXPECT_TRUE(report.intact());
        EXPECT_EQ(report.snapshots.size(), 2U);
        snapshot(hasty_, kSecond + 1);
        EXPECT_EQ(there.sweep().objects, 0U);
        EXPECT_TRUE(std::filesystem::is_empty(place_ / "repo/tmp"));
    }

    void reset() {
        std::filesystem::remove_all(place_ / "repo");
        directory_storage::init(parse_repository_url(url()), hasty_);
        snapshot(hasty_, kFirst);
    }

    [[nodiscard]] std::size_t objects() const {
        std::size_t count = 0;
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(place_ / "repo/objects")) {
            if (entry.is_regular_file()) ++count;
        }
        return count;
    }

    temporary_directory place_;
    hasty_calls hasty_;
};

TEST_F(crash, stopping_at_any_call_leaves_no_half_snapshot_and_the_next_run_succeeds) {
    int stops = 0;
    for (int n = 1;; ++n) {
        SCOPED_TRACE("stopped at call " + std::to_string(n));
        failing_calls calls(failing_calls::kind::forever, n);
        try {
            snapshot(calls, kSecond);
        } catch (const error&) {
            ++stops;
        }
        expect_nothing_half();
        expect_next_run_succeeds();
        if (HasFailure() || !calls.reached()) break;
        reset();
    }
    EXPECT_GT(stops, 30);
}

TEST_F(crash, being_killed_at_any_call_leaves_no_half_snapshot_and_the_next_run_succeeds) {
    int kills = 0;
    for (int n = 1;; ++n) {
        SCOPED_TRACE("killed at call " + std::to_string(n));
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            failing_calls calls(failing_calls::kind::exit, n);
            snapshot(calls, kSecond);
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        expect_nothing_half();
        expect_next_run_succeeds();
        if (HasFailure() || WEXITSTATUS(status) == 0) break;
        ++kills;
        reset();
    }
    EXPECT_GT(kills, 30);
}

TEST_F(crash, a_full_device_at_any_call_gives_the_space_back) {
    const std::size_t before = objects();
    int failures = 0;
    for (int n = 1;; ++n) {
        SCOPED_TRACE("full at call " + std::to_string(n));
        failing_calls calls(failing_calls::kind::once, n, ENOSPC);
        bool failed = false;
        try {
            snapshot(calls, kSecond);
        } catch (const error& problem) {
            failed = true;
            ++failures;
            EXPECT_EQ(problem.code(), error_code::space);
            EXPECT_FALSE(problem.hint().empty());
        }
        if (failed) {
            EXPECT_EQ(repository::open(url()).snapshots().size(), 1U);
            EXPECT_EQ(objects(), before);
        }
        expect_nothing_half();
        expect_next_run_succeeds();
        if (HasFailure() || !calls.reached()) break;
        reset();
    }
    EXPECT_GT(failures, 20);
}

TEST_F(crash, forgetting_remembering_and_sweeping_can_be_stopped_at_any_call) {
    const auto work = [this](file_calls& calls, const std::string& id) {
        directory_storage there(parse_repository_url(url()), access_mode::write, calls);
        const auto moment = *parse_timestamp("2026-11-27");
        forget(there, id, moment);
        remember(there, id);
        forget(there, id, moment);
        sweep_all(there, moment);
    };
    int stops = 0;
    for (int n = 1;; ++n) {
        SCOPED_TRACE("stopped at call " + std::to_string(n));
        snapshot(hasty_, kSecond);
        failing_calls calls(failing_calls::kind::forever, n);
        try {
            work(calls, sample_id(kFirst));
        } catch (const error&) {
            ++stops;
        }
        expect_nothing_half();
        // Whatever came of it can be finished: the snapshot goes, and nothing of it is left.
        const auto listed = repository::open(url()).snapshots();
        if (listed.size() == 2) {
            directory_storage there(parse_repository_url(url()), access_mode::write, hasty_);
            forget(there, sample_id(kFirst), *parse_timestamp("2026-11-27"));
        }
        repository there = repository::open(url());
        (void)there.sweep(std::chrono::seconds(0));
        EXPECT_EQ(there.snapshots().size(), 1U);
        EXPECT_EQ(there.sweep(std::chrono::seconds(0)).objects, 0U);
        EXPECT_TRUE(std::filesystem::is_empty(place_ / "repo/forgotten"));
        expect_nothing_half();
        if (HasFailure() || !calls.reached()) break;
        reset();
    }
    EXPECT_GT(stops, 10);
}

TEST_F(crash, init_that_was_stopped_at_any_call_can_be_repeated) {
    for (int n = 1;; ++n) {
        SCOPED_TRACE("stopped at call " + std::to_string(n));
        std::filesystem::remove_all(place_ / "repo");
        failing_calls calls(failing_calls::kind::forever, n);
        try {
            directory_storage::init(parse_repository_url(url()), calls);
        } catch (const error&) {
            EXPECT_TRUE(calls.reached());
        }
        directory_storage::init(parse_repository_url(url()), hasty_);
        snapshot(hasty_, kFirst);
        EXPECT_TRUE(verify_repository(repository::open(url())).intact());
        if (HasFailure() || !calls.reached()) break;
    }
}

}  // namespace
}  // namespace chronos::internal

#include "chronos/retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "chronos/error.hpp"
#include "chronos/verify.hpp"
#include "repository/forgotten.hpp"
#include "repository/hash.hpp"
#include "repository/object_store.hpp"
#include "unit/sample_manifest.hpp"
#include "unit/temporary_directory.hpp"

namespace chronos {
namespace {

using internal::sample_id;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

snapshot_summary taken(const std::string& when, const std::string& database = "app",
                       const std::string& label = {}) {
    snapshot_summary one;
    one.id = when;
    one.created_at = *parse_timestamp(when);
    one.database = database;
    one.label = label;
    return one;
}

const timestamp kNow = *parse_timestamp("2026-11-27 12:00");

std::vector<std::string> kept(const retention_policy& policy,
                              const std::vector<snapshot_summary>& snapshots) {
    std::vector<std::string> result;
    for (const auto& one : judge_retention(policy, snapshots, kNow)) {
        if (one.kept()) result.push_back(one.snapshot.id);
    }
    return result;
}

class retention : public testing::Test {
  protected:
    retention() { zone("UTC"); }
    ~retention() override { zone("UTC"); }
    static void zone(const char* name) {
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    retention_policy policy_;
};

TEST_F(retention, the_newest_of_each_day_is_kept_for_so_many_days_that_have_one) {
    policy_.daily = 3;
    EXPECT_THAT(kept(policy_, {taken("2026-11-01 12:00"), taken("2026-11-02 01:00"),
                               taken("2026-11-02 23:00"), taken("2026-11-20 05:00"),
                               taken("2026-11-27 01:00"), taken("2026-11-27 02:00")}),
                ElementsAre("2026-11-02 23:00", "2026-11-20 05:00", "2026-11-27 02:00"));
}

TEST_F(retention, a_day_is_one_of_the_local_time_zone) {
    policy_.daily = 5;
    const std::vector<snapshot_summary> two{taken("2026-11-26 23:30"), taken("2026-11-27 00:30")};
    EXPECT_EQ(kept(policy_, two).size(), 2U);
    zone("Europe/Berlin");
    EXPECT_EQ(kept(policy_, two).size(), 1U);
}

TEST_F(retention, hours_weeks_months_and_years_have_rules_of_their_own) {
    const std::vector<snapshot_summary> all{taken("2024-12-30 10:00"),  // ISO week 2025-W01
                                            taken("2025-01-02 10:00"), taken("2025-06-01 10:00"),
                                            taken("2025-06-30 10:05"), taken("2025-06-30 10:55"),
                                            taken("2025-06-30 11:05")};
    policy_.yearly = 2;
    EXPECT_THAT(kept(policy_, all), ElementsAre("2024-12-30 10:00", "2025-06-30 11:05"));
    policy_ = {};
    policy_.monthly = 2;
    EXPECT_THAT(kept(policy_, all), ElementsAre("2025-01-02 10:00", "2025-06-30 11:05"));
    policy_ = {};
    policy_.weekly = 3;
    EXPECT_THAT(kept(policy_, all),
                ElementsAre("2025-01-02 10:00", "2025-06-01 10:00", "2025-06-30 11:05"));
    policy_ = {};
    policy_.hourly = 2;
    EXPECT_THAT(kept(policy_, all), ElementsAre("2025-06-30 10:55", "2025-06-30 11:05"));
}

TEST_F(retention, several_rules_keep_what_any_of_them_keeps_and_say_why) {
    policy_.last = 1;
    policy_.yearly = 1;
    policy_.labels = {"release-*"};
    const auto verdicts =
        judge_retention(policy_,
                        {taken("2026-01-01", "app", "release-1"),
                         taken("2026-01-02", "app", "other"), taken("2026-01-03")},
                        kNow);
    EXPECT_THAT(verdicts[0].reasons, ElementsAre("label release-*"));
    EXPECT_THAT(verdicts[1].reasons, IsEmpty());
    EXPECT_THAT(verdicts[2].reasons, ElementsAre("newest", "last 1", "yearly 2026"));
}

TEST_F(retention, within_counts_from_the_newest_so_that_a_stopped_schedule_loses_nothing) {
    policy_.within = std::chrono::hours(48);
    EXPECT_THAT(kept(policy_, {taken("2001-01-01"), taken("2001-01-02"), taken("2001-01-04")}),
                ElementsAre("2001-01-02", "2001-01-04"));
}

TEST_F(retention, each_database_is_judged_for_itself) {
    policy_.last = 1;
    EXPECT_THAT(kept(policy_, {taken("2026-01-01", "a"), taken("2026-01-02", "b"),
                               taken("2026-01-03", "b")}),
                ElementsAre("2026-01-01", "2026-01-03"));
}

TEST_F(retention, what_is_damaged_is_kept_and_the_newest_whatever_the_rules) {
    policy_.labels = {"none"};
    auto damaged = taken("2026-01-01", "");
    damaged.damage = "cannot be read";
    const auto verdicts =
        judge_retention(policy_, {damaged, taken("2026-01-02"), taken("2026-01-03")}, kNow);
    EXPECT_THAT(verdicts[0].reasons, ElementsAre("damaged"));
    EXPECT_THAT(verdicts[1].reasons, IsEmpty());
    EXPECT_THAT(verdicts[2].reasons, ElementsAre("newest"));
}

TEST_F(retention, databases_of_one_name_on_two_servers_are_two) {
    policy_.last = 1;
    auto here = taken("2026-01-01");
    here.system_identifier = "1";
    auto there = taken("2026-01-02");
    there.system_identifier = "2";
    EXPECT_EQ(kept(policy_, {here, there}).size(), 2U);
}

TEST_F(retention, what_is_dated_in_the_future_is_kept_and_counts_for_nothing) {
    policy_.last = 1;
    policy_.within = std::chrono::hours(1);
    const auto verdicts = judge_retention(
        policy_, {taken("2026-11-27 11:00"), taken("2026-11-27 11:59"), taken("2027-11-27")}, kNow);
    EXPECT_THAT(verdicts[0].reasons, ElementsAre("within"));
    EXPECT_THAT(verdicts[1].reasons, ElementsAre("newest", "last 1", "within"));
    EXPECT_THAT(verdicts[2].reasons, ElementsAre("dated in the future"));
}

class forgetting : public retention {
  protected:
    forgetting() {
        repository::init(url());
        policy_.last = 1;
    }
    void snapshot(int number, const std::vector<std::string>& pieces) {
        internal::writing_session session({url()});
        session.commit(internal::sample_manifest(session, sample_id(number), pieces));
    }
    [[nodiscard]] std::string url() const { return place_ / "repo"; }
    [[nodiscard]] repository here() const { return repository::open(url()); }
    [[nodiscard]] std::vector<std::string> listed() const {
        std::vector<std::string> ids;
        for (const auto& one : here().snapshots()) ids.push_back(one.id);
        return ids;
    }
    static error_code code_of(const std::function<void()>& call) {
        try {
            call();
        } catch (const error& failure) {
            return failure.code();
        }
        ADD_FAILURE() << "nothing was thrown";
        return error_code::internal;
    }
    temporary_directory place_;
};

TEST_F(forgetting, takes_snapshots_from_the_list_and_sweeps_them_after_the_grace) {
    snapshot(1, {"only one\n", "both\n"});
    snapshot(2, {"both\n"});
    const auto report = forget_snapshots(here(), policy_);
    EXPECT_FALSE(report.verdicts[0].kept());
    EXPECT_THAT(listed(), ElementsAre(sample_id(2)));
    ASSERT_EQ(forgotten_snapshots(here()).size(), 1U);
    EXPECT_EQ(forgotten_snapshots(here())[0].id, sample_id(1));
    EXPECT_EQ(here().sweep().objects, 0U);
    const auto swept = here().sweep(std::chrono::seconds(0));
    EXPECT_EQ(swept.snapshots, 1U);
    EXPECT_EQ(swept.objects, 2U);  // its own piece, and its restore script
    EXPECT_THAT(forgotten_snapshots(here()), IsEmpty());
    EXPECT_TRUE(verify_repository(here()).intact());
}

TEST_F(forgetting, can_be_undone_until_it_is_swept) {
    snapshot(1, {"only one\n"});
    snapshot(2, {"two\n"});
    (void)forget_snapshots(here(), policy_);
    remember_snapshot(here(), sample_id(1));
    EXPECT_THAT(listed(), ElementsAre(sample_id(1), sample_id(2)));
    EXPECT_THAT(forgotten_snapshots(here()), IsEmpty());
    EXPECT_TRUE(verify_repository(here()).intact());
    EXPECT_EQ(code_of([&] { remember_snapshot(here(), sample_id(1)); }), error_code::not_found);
}

TEST_F(forgetting, only_says_what_it_would_do_when_it_runs_dry) {
    snapshot(1, {"one\n"});
    snapshot(2, {"two\n"});
    const auto report = forget_snapshots(here(), policy_, {"", {}, true, false});
    EXPECT_FALSE(report.verdicts[0].kept());
    EXPECT_EQ(listed().size(), 2U);
}

TEST_F(forgetting, an_empty_policy_is_refused) {
    EXPECT_EQ(code_of([&] { (void)forget_snapshots(here(), {}); }), error_code::usage);
}

TEST_F(forgetting, nothing_while_somebody_reads) {
    snapshot(1, {"one\n"});
    snapshot(2, {"two\n"});
    const auto reader = here().storage()->try_lock(internal::lock_mode::shared);
    EXPECT_EQ(code_of([&] { (void)forget_snapshots(here(), policy_); }), error_code::busy);
    EXPECT_EQ(listed().size(), 2U);
}

TEST_F(forgetting, nothing_if_the_newest_is_not_whole) {
    snapshot(1, {"one\n"});
    snapshot(2, {"two\n"});
    const auto storage = internal::open_storage(url(), internal::access_mode::write);
    ASSERT_TRUE(storage->remove(internal::object_key(internal::sha256_hex("two\n"))));
    EXPECT_EQ(code_of([&] { (void)forget_snapshots(here(), policy_); }), error_code::refused);
    EXPECT_EQ(listed().size(), 2U);
}

TEST_F(forgetting, nothing_if_a_database_has_shrunk_unless_that_is_right) {
    snapshot(1, {std::string(2'000'000, 'a')});
    snapshot(2, {std::string(2'000'000, 'b')});
    snapshot(3, {"almost nothing\n"});
    try {
        (void)forget_snapshots(here(), policy_);
        ADD_FAILURE() << "it was not refused";
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), error_code::refused);
        EXPECT_THAT(failure.detail(), HasSubstr("2000000 bytes in snapshot " + sample_id(1)));
        EXPECT_THAT(failure.detail(), HasSubstr("at most 1, 1 and 15 in those"));
    }
    EXPECT_EQ(listed().size(), 3U);
    EXPECT_EQ(forget_snapshots(here(), policy_, {"", {}, true, false}).alarms.size(), 1U);
    (void)forget_snapshots(here(), policy_, {"", {}, false, true});
    EXPECT_THAT(listed(), ElementsAre(sample_id(3)));
}

TEST_F(forgetting,
       the_last_snapshots_of_a_database_that_has_shrunk_are_kept_however_long_ago_that_was) {
    policy_.last = 3;
    snapshot(1, {std::string(2'000'000, 'a')});
    for (int i = 2; i <= 8; ++i) snapshot(i, {"almost nothing " + std::to_string(i) + "\n"});
    EXPECT_EQ(code_of([&] { (void)forget_snapshots(here(), policy_); }), error_code::refused);
    EXPECT_EQ(listed().size(), 8U);
}

TEST_F(forgetting, nothing_if_what_may_be_the_newest_cannot_be_read) {
    for (int i = 1; i <= 3; ++i) snapshot(i, {std::to_string(i) + "\n"});
    const auto storage = internal::open_storage(url(), internal::access_mode::write);
    storage->replace(internal::manifest_key(sample_id(3)), "no manifest");
    EXPECT_EQ(code_of([&] { (void)forget_snapshots(here(), policy_); }), error_code::refused);
    EXPECT_EQ(listed().size(), 3U);
}

TEST_F(forgetting, a_sweep_removes_nothing_while_a_manifest_cannot_be_read) {
    for (int i = 1; i <= 3; ++i) snapshot(i, {std::to_string(i) + "\n"});
    (void)forget_snapshots(here(), policy_);
    const auto storage = internal::open_storage(url(), internal::access_mode::write);
    storage->replace(internal::manifest_key(sample_id(3)), "no manifest");
    EXPECT_EQ(code_of([&] { (void)here().sweep(std::chrono::seconds(0)); }), error_code::damaged);
    EXPECT_EQ(forgotten_snapshots(here()).size(), 2U);
}

TEST_F(forgetting, a_sweep_for_one_database_leaves_the_forgotten_ones_of_others) {
    snapshot(1, {"one\n"});
    snapshot(2, {"two\n"});
    (void)forget_snapshots(here(), policy_);
    snapshot_summary other;
    other.database = "other";
    EXPECT_EQ(here().sweep(std::chrono::seconds(0), other).snapshots, 0U);
    EXPECT_EQ(here().sweep(std::chrono::seconds(0), here().snapshots()[0]).snapshots, 1U);
}

TEST_F(forgetting, only_of_the_database_that_is_named) {
    snapshot(1, {"one\n"});
    snapshot(2, {"two\n"});
    (void)forget_snapshots(here(), policy_, {"other", {}, false, false});
    EXPECT_EQ(listed().size(), 2U);
    (void)forget_snapshots(here(), policy_, {"app", {}, false, false});
    EXPECT_EQ(listed().size(), 1U);
}

}  // namespace
}  // namespace chronos

// Incremental by proof: what is taken over, and what stays in the repository for it.
#include <filesystem>

#include "cluster/incremental_fixture.hpp"
#include "repository/forgotten.hpp"
#include "repository/reading_session.hpp"

namespace chronos::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(incremental, what_did_not_change_is_taken_over) {
    const auto first = take();
    EXPECT_EQ(first.reused_ranges, 0U);
    EXPECT_THAT(first.reason, HasSubstr("holds no snapshot of this database"));
    const auto second = take();
    EXPECT_EQ(second.reused_ranges, second.ranges) << second.tables << second.reason;
    EXPECT_THAT(second.wrong, IsEmpty());
    EXPECT_EQ(take().reused_ranges, second.ranges) << "from one that took it over itself";
}

TEST_F(incremental, of_a_table_that_grew_only_the_end_is_read) {
    const auto first = take();
    ASSERT_GE(first.ranges, 5U);
    execute("INSERT INTO t SELECT g, repeat('y', 2500) FROM generate_series(61, 70) g");
    const auto second = take();
    EXPECT_THAT(second.wrong, IsEmpty());
    EXPECT_GE(second.reused_ranges, first.ranges - 1) << second.tables;
    const auto third = take();
    EXPECT_EQ(third.reused_ranges, third.ranges) << third.tables;
}

TEST_F(incremental, of_a_table_that_was_changed_in_one_place_the_rest_is_taken_over) {
    const auto first = take();
    execute("DELETE FROM t WHERE id = 31");
    const auto second = take();
    EXPECT_THAT(second.wrong, IsEmpty());
    EXPECT_EQ(second.reused_ranges, first.ranges - 1);
    EXPECT_THAT(second.tables, HasSubstr("t: it has changed"));
}

TEST_F(incremental, what_an_open_transaction_did_not_touch_is_taken_over) {
    const auto open = another();
    open->execute("BEGIN; DELETE FROM t WHERE id = 8");
    const auto first = take();
    open->execute("COMMIT");
    const auto second = take();
    EXPECT_EQ(second.reused_ranges, first.ranges - 1) << second.tables;
    EXPECT_THAT(second.tables, HasSubstr("transactions were open"));
}

TEST_F(incremental, a_marker_that_was_written_outlives_a_crash_with_all_before_it) {
    const auto writer = another();
    writer->execute("SET synchronous_commit = off; UPDATE t SET id = -id WHERE id = 7");
    const auto first = take();
    server_->crash();
    EXPECT_EQ(ask("SELECT count(*) FROM t WHERE id = -7"), "1");
    const auto second = take();
    EXPECT_THAT(second.wrong, IsEmpty());
    EXPECT_EQ(second.reused_ranges, first.ranges) << second.reason << second.tables;
}

TEST_F(incremental, what_is_rolled_back_costs_its_ranges_and_harms_nothing) {
    (void)take();
    execute("BEGIN; TRUNCATE t; INSERT INTO t VALUES (1, 'a'); ROLLBACK");
    execute("BEGIN; DELETE FROM t WHERE id < 10; ROLLBACK");
    const auto second = take();
    EXPECT_THAT(second.wrong, IsEmpty());
    EXPECT_GT(second.reused_ranges, 0U);
}

TEST_F(incremental, a_renamed_table_is_the_same) {
    (void)take();
    execute("ALTER TABLE t RENAME TO u");
    execute("CREATE TABLE t (id int, filler text)");
    const auto second = take();
    EXPECT_THAT(second.wrong, IsEmpty());
    EXPECT_THAT(second.reused, Contains("u")) << second.tables;
}

TEST_F(incremental, a_toasted_value_is_copied_and_taken_over_with_its_row) {
    execute(
        "CREATE TABLE big (id int, body text); ALTER TABLE big ALTER body SET STORAGE EXTERNAL;"
        "INSERT INTO big SELECT g, repeat(md5(g::text), 1000) FROM generate_series(1, 20) g");
    (void)take();
    EXPECT_THAT(take().reused, Contains("big"));
    execute("UPDATE big SET body = 'new' || body WHERE id = 4");
    EXPECT_THAT(take().wrong, IsEmpty());
    execute("VACUUM FULL big");
    EXPECT_THAT(take().wrong, IsEmpty());
}

TEST_F(incremental, what_was_taken_away_from_the_repository_is_read_again) {
    const auto first = take();
    repository::open(url_).sweep(std::chrono::seconds(0));
    EXPECT_EQ(take().reused_ranges, first.ranges) << "what is listed stays";
    internal::manifest newest = internal::writing_session({url_})
                                    .newest([](const internal::manifest&) { return true; })
                                    .value();
    for (const auto& table : newest.tables) {
        if (table.name != "t") continue;
        std::filesystem::remove(url_ + "/" +
                                internal::object_key(table.pieces.front().object.name));
    }
    const auto third = take();
    EXPECT_EQ(third.reused_ranges, first.ranges - 1);
    EXPECT_THAT(third.tables, HasSubstr("a repository lacks some of its pieces"));
    EXPECT_THAT(third.wrong, IsEmpty());
}

TEST_F(incremental, nothing_is_built_on_a_snapshot_that_is_forgotten) {
    (void)take();
    {
        const auto storage = internal::open_storage(url_, internal::access_mode::write);
        for (const auto& id : internal::snapshot_ids(*storage)) {
            internal::forget(*storage, id, timestamp(std::chrono::microseconds(0)));
        }
    }
    EXPECT_EQ(take().reused_ranges, 0U);
}

// The sweep needs the lock that every writer shares.
TEST_F(incremental, nothing_is_swept_under_a_snapshot_that_builds_on_it) {
    (void)take();
    internal::writing_session writing({url_});
    EXPECT_EQ(error_of([&] { repository::open(url_).sweep(std::chrono::seconds(0)); }).code(),
              error_code::busy);
}

}  // namespace
}  // namespace chronos::test

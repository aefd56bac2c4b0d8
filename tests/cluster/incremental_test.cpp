// Incremental by proof: what is taken over, and each hole that a condition closes. A hole is shown
// twice: closed, and with its condition taken away, which must give a wrong snapshot.
#include <gmock/gmock.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "chronos/repository.hpp"
#include "cluster/incremental.hpp"
#include "repository/forgotten.hpp"
#include "repository/reading_session.hpp"

namespace chronos::test {
namespace {

using internal::proof_conditions;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class incremental : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        server_ = std::make_unique<proving_cluster>(
            "autovacuum = off\nwal_writer_delay = 10s\nwal_writer_flush_after = 0\n");
        shared_ = server_->create();
    }
    static void TearDownTestSuite() { server_.reset(); }
    void SetUp() override { start(); }

    // A repository, and a table t of 20 blocks with three rows each.
    void start() {
        url_ = place_.path(std::to_string(++repositories_));
        repository::init(url_);
        execute(
            "SET client_min_messages = warning; DROP TABLE IF EXISTS t, u, big, flushes CASCADE;"
            "DROP TYPE IF EXISTS mood, pair CASCADE;"
            "CREATE TABLE t (id int, filler text); ALTER TABLE t ALTER filler SET STORAGE PLAIN;"
            "INSERT INTO t SELECT g, repeat('x', 2500) FROM generate_series(1, 60) g");
        execute("VACUUM FREEZE t");
    }
    void execute(const std::string& sql) { server_->execute(database_, sql); }
    std::string ask(const std::string& sql) { return server_->ask(database_, sql); }
    std::unique_ptr<internal::session> another() {
        auto on = std::make_unique<internal::session>(server_->conninfo(database_));
        on->execute("SET search_path = public");
        return on;
    }
    taken take(const taking_options& options = {}) {
        return take_and_compare(server_->conninfo(database_), url_, options);
    }

    // The story ends with the snapshot that is judged.
    void show_hole(const std::function<taken(const taking_options&)>& story,
                   const std::function<void(proof_conditions&)>& take_away) {
        const auto proved = story({});
        EXPECT_THAT(proved.wrong, IsEmpty()) << "with all conditions";
        start();
        taking_options weaker;
        take_away(weaker.demanded);
        const auto weak = story(weaker);
        EXPECT_THAT(weak.wrong, Contains("t"))
            << "the condition is not needed, or not tested: " << weak.tables;
    }

    static std::unique_ptr<proving_cluster> server_;
    static std::string shared_;
    scratch place_;
    int repositories_ = 0;
    std::string database_ = shared_;
    std::string url_;
};

std::unique_ptr<proving_cluster> incremental::server_;
std::string incremental::shared_;

void without_settled(proof_conditions& demanded) { demanded.settled = false; }
void without_newest(proof_conditions& demanded) { demanded.same_newest = false; }
void without_pages(proof_conditions& demanded) { demanded.same_pages = false; }
void without_signature(proof_conditions& demanded) { demanded.same_signature = false; }
void without_marker(proof_conditions& demanded) { demanded.marker = false; }

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

TEST_F(incremental, a_change_is_seen_by_the_newest_lsn) {
    show_hole(
        [&](const taking_options& options) {
            (void)take();
            execute("UPDATE t SET id = -id WHERE id = 7");
            return take(options);
        },
        without_newest);
}

// A transaction that is open while the first snapshot is taken leaves its trace before it, and its
// effect after it.
TEST_F(incremental, an_open_transaction_leaves_rows_unsettled) {
    for (const char* change :
         {"INSERT INTO t VALUES (100, 'open')", "DELETE FROM t WHERE id = 8",
          "UPDATE t SET id = 0 WHERE id = 9",
          "SELECT FROM t WHERE id = 4 FOR KEY SHARE; SAVEPOINT a; DELETE FROM t WHERE id = 4",
          "SAVEPOINT a; DELETE FROM t WHERE id = 3; RELEASE a",
          "SELECT FROM t WHERE id = 5 FOR KEY SHARE; SAVEPOINT a; UPDATE t SET filler = 'm' WHERE "
          "id = 5"}) {
        SCOPED_TRACE(change);
        start();
        show_hole(
            [&](const taking_options& options) {
                const auto open = another();
                open->execute(std::string("BEGIN; ") + change);
                (void)take();
                open->execute("COMMIT");
                return take(options);
            },
            without_settled);
    }
}

TEST_F(incremental, a_prepared_transaction_leaves_rows_unsettled) {
    show_hole(
        [&](const taking_options& options) {
            execute("BEGIN; DELETE FROM t WHERE id = 8; PREPARE TRANSACTION 'p'");
            (void)take();
            execute("COMMIT PREPARED 'p'");
            return take(options);
        },
        without_settled);
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

// Rows at the end are removed and their blocks given back; no block that is left has changed.
TEST_F(incremental, a_table_that_shrank_has_fewer_pages) {
    show_hole(
        [&](const taking_options& options) {
            taking_options whole = options;
            whole.sizes = {std::uint64_t{1} << 30, std::uint64_t{1} << 30};
            execute("UPDATE t SET id = id WHERE id = 1");
            execute("VACUUM FREEZE t");
            execute("DELETE FROM t WHERE id = 1");
            execute("VACUUM FREEZE t");
            taking_options first;
            first.sizes = whole.sizes;
            (void)take(first);
            execute("DELETE FROM t WHERE id > 30");
            execute("VACUUM t");
            return take(whole);
        },
        without_pages);
}

TEST_F(incremental, a_column_with_another_default_is_another_column) {
    execute("DROP TABLE t; CREATE TABLE t AS SELECT 1 AS a");
    show_hole(
        [&](const taking_options& options) {
            execute("ALTER TABLE t ADD c int DEFAULT 5");
            (void)take();
            execute("ALTER TABLE t DROP c; ALTER TABLE t ADD c int DEFAULT 6");
            return take(options);
        },
        without_signature);
}

TEST_F(incremental, a_label_of_an_enum_may_change_without_a_page) {
    show_hole(
        [&](const taking_options& options) {
            execute(
                "CREATE TYPE mood AS ENUM ('good', 'bad'); ALTER TABLE t ADD m mood DEFAULT 'bad'");
            (void)take();
            execute("ALTER TYPE mood RENAME VALUE 'bad' TO 'sad'");
            return take(options);
        },
        without_signature);
}

// Values are written out with the types of the moment, not those of the snapshot. What one of them
// was for a while must not be taken for what it is now.
TEST_F(incremental, a_type_that_changed_while_its_values_were_copied_proves_nothing) {
    for (const bool before_the_end : {false, true}) {
        SCOPED_TRACE(before_the_end);
        start();
        show_hole(
            [&](const taking_options& options) {
                execute(
                    "CREATE TYPE mood AS ENUM ('good', 'bad'); ALTER TABLE t ADD m mood DEFAULT "
                    "'bad'");
                const auto back = [&] { execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'bad'"); };
                taking_options first = options;
                first.before_copy = [&] { execute("ALTER TYPE mood RENAME VALUE 'bad' TO 'sad'"); };
                if (before_the_end) first.after_copy = back;
                (void)take(first);
                if (!before_the_end) back();
                return take(options);
            },
            without_signature);
    }
}

TEST_F(incremental, a_composite_type_may_change_without_a_page) {
    show_hole(
        [&](const taking_options& options) {
            execute(
                "CREATE TYPE pair AS (a int); DROP TABLE t; CREATE TABLE t (p pair[]);"
                "INSERT INTO t VALUES (ARRAY[row(1)::pair])");
            (void)take();
            execute("ALTER TYPE pair ADD ATTRIBUTE b int");
            return take(options);
        },
        without_signature);
}

// The change is on the disk, its commit is not; the snapshot saw both.
TEST_F(incremental, a_lost_commit_is_told_by_the_marker) {
    show_hole(
        [&](const taking_options& options) {
            const auto writer = another();
            writer->execute(
                "SET synchronous_commit = off; BEGIN; UPDATE t SET id = -id WHERE id = 7");
            execute("SET synchronous_commit = on; CREATE TABLE flushes (a int)");
            writer->execute("COMMIT");
            taking_options unmarked;
            unmarked.write_marker = false;
            (void)take(unmarked);
            server_->crash();
            EXPECT_EQ(ask("SELECT count(*) FROM t WHERE id = -7"), "0")
                << "the commit was not lost";
            return take(options);
        },
        without_marker);
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

// While the pages are looked at, a row on one that is done is removed, and one that is to come gets
// a newer LSN by a vacuum.
TEST_F(incremental, a_change_cannot_hide_behind_the_newer_lsn_of_another_page) {
    show_hole(
        [&](const taking_options& options) {
            execute(
                "DROP TABLE t; CREATE TABLE t (id int, filler text);"
                "ALTER TABLE t ALTER filler SET STORAGE PLAIN;"
                "INSERT INTO t SELECT g, repeat('x', 2500) FROM generate_series(1, 24) g");
            execute("DELETE FROM t WHERE id = 24");
            taking_options first;
            first.sizes = {std::uint64_t{1} << 30, std::uint64_t{1} << 30};
            first.session = "SET chronos.fail_at = 'pieces.t:pause'";
            std::thread changes([&] {
                while (ask("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query "
                           "LIKE '%settled_range%' AND pid <> pg_backend_pid() AND "
                           "clock_timestamp() > query_start + interval '0.75 s'") == "0") {
                }
                execute("DELETE FROM t WHERE id = 1");
                execute("VACUUM t");
            });
            (void)take(first);
            changes.join();
            taking_options last = options;
            last.sizes = first.sizes;
            return take(last);
        },
        without_settled);
}

TEST_F(incremental, another_file_is_another_table) {
    for (const char* rewrite :
         {"VACUUM FULL t", "TRUNCATE t; INSERT INTO t VALUES (1, 'a')",
          "ALTER TABLE t ALTER id TYPE bigint",
          "DROP TABLE t; CREATE TABLE t (id int, filler text); INSERT INTO t VALUES (1, 'a')",
          "CREATE INDEX t_id ON t (id); CLUSTER t USING t_id"}) {
        SCOPED_TRACE(rewrite);
        start();
        (void)take();
        for (const char* statement = rewrite; *statement != '\0';) {
            const std::string rest = statement;
            const auto end = std::min(rest.find(';'), rest.size());
            execute(rest.substr(0, end));
            statement += end + (end < rest.size() ? 1 : 0);
        }
        const auto second = take();
        EXPECT_THAT(second.reused, Not(Contains("t"))) << second.tables;
        EXPECT_THAT(second.wrong, IsEmpty());
    }
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

TEST_F(incremental, a_copy_of_the_database_is_another) {
    database_ = server_->create();
    start();
    (void)take();
    const auto clone = server_->create_database();
    server_->execute("postgres", "DROP DATABASE " + clone);
    server_->execute("postgres",
                     "CREATE DATABASE " + clone + " TEMPLATE " + database_ + " STRATEGY file_copy");
    server_->execute(clone, "DELETE FROM t WHERE id < 10");
    server_->execute("postgres", "ALTER DATABASE " + database_ + " RENAME TO was_" + database_);
    server_->execute("postgres", "ALTER DATABASE " + clone + " RENAME TO " + database_);
    const auto second = take();
    EXPECT_EQ(second.reused_ranges, 0U);
    EXPECT_THAT(second.reason, HasSubstr("it is of another database"));
    EXPECT_THAT(second.wrong, IsEmpty());
}

TEST_F(incremental, a_database_that_lost_the_marker_has_another_history) {
    (void)take();
    execute("DELETE FROM chronos.snapshot_marker");
    const auto second = take();
    EXPECT_EQ(second.reused_ranges, 0U);
    EXPECT_THAT(second.reason, HasSubstr("does not have its marker"));
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

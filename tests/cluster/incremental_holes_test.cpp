// Each hole that a condition of the proof closes. It is shown twice: closed, and with its condition
// taken away, which must give a wrong snapshot.
#include <functional>
#include <thread>

#include "cluster/incremental_fixture.hpp"

namespace chronos::test {
namespace {

using internal::proof_conditions;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

void without_settled(proof_conditions& demanded) { demanded.settled = false; }
void without_newest(proof_conditions& demanded) { demanded.same_newest = false; }
void without_pages(proof_conditions& demanded) { demanded.same_pages = false; }
void without_signature(proof_conditions& demanded) { demanded.same_signature = false; }
void without_marker(proof_conditions& demanded) { demanded.marker = false; }

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

}  // namespace
}  // namespace chronos::test

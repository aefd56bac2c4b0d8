#include "migrations/work_units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/error.hpp"
#include "migrations/checksum.hpp"
#include "migrations/statement_kind.hpp"
#include "migrations/statement_run.hpp"

namespace chronos::internal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Units as "begin: a; b", "alone: c", with "~" before what the script takes back.
std::vector<std::string> units(const std::string& text, bool transactional = true) {
    static script kept;
    kept = {"1.sql", text, transactional};
    const work_plan plan = plan_work(kept);
    std::vector<std::string> result;
    for (const work_unit& unit : plan.units) {
        std::string line = unit.alone ? "alone:" : unit.begin + ':';
        if (plan.whole) line = "whole " + line;
        if (unit.rolled_back) line = '~' + line;
        for (const auto& one : unit.statements) line += ' ' + std::string(one.text) + ';';
        result.push_back(line);
    }
    return result;
}

std::string refusal(const std::string& text) {
    try {
        (void)units(text);
    } catch (const error& wrong) {
        return wrong.what();
    }
    ADD_FAILURE() << "nothing was refused";
    return {};
}

}  // namespace

TEST(work_units, a_script_is_one_transaction) {
    EXPECT_THAT(units("a; b"), ElementsAre("whole BEGIN: a; b;"));
    EXPECT_THAT(units(""), ElementsAre("whole BEGIN:"));
}

TEST(work_units, a_script_that_is_wrapped_in_one_is_the_same) {
    EXPECT_THAT(units("BEGIN; a; b; COMMIT;"), ElementsAre("whole BEGIN: a; b;"));
    EXPECT_THAT(units("begin isolation level serializable; a; END", false),
                ElementsAre("whole begin isolation level serializable: a;"));
}

TEST(work_units, a_script_that_may_be_none_is_one_for_each_statement) {
    EXPECT_THAT(units("a; VACUUM; SET x = y", false),
                ElementsAre("BEGIN: a;", "alone: VACUUM;", "BEGIN: SET x = y;"));
}

TEST(work_units, a_statement_that_cannot_be_in_one_is_recognised) {
    EXPECT_THAT(
        units("a; CREATE INDEX CONCURRENTLY i ON t (x); b"),
        ElementsAre("BEGIN: a;", "alone: CREATE INDEX CONCURRENTLY i ON t (x);", "BEGIN: b;"));
}

TEST(work_units, a_script_that_commits_by_itself_keeps_its_parts) {
    EXPECT_THAT(units("a; b; COMMIT; c; d"), ElementsAre("BEGIN: a; b;", "BEGIN: c; d;"));
    EXPECT_THAT(units("BEGIN; a; COMMIT; BEGIN READ WRITE; b; ROLLBACK; c"),
                ElementsAre("BEGIN: a;", "~BEGIN READ WRITE: b;", "BEGIN: c;"));
    EXPECT_THAT(units("START TRANSACTION; a; COMMIT AND CHAIN; b; COMMIT"),
                ElementsAre("START TRANSACTION: a;", "START TRANSACTION: b;"));
    EXPECT_THAT(
        units("BEGIN; a; SAVEPOINT s; b; ROLLBACK TO s; COMMIT; c; VACUUM", false),
        ElementsAre("BEGIN: a; SAVEPOINT s; b; ROLLBACK TO s;", "BEGIN: c;", "alone: VACUUM;"));
}

TEST(work_units, what_leaves_nothing_to_know_is_refused) {
    EXPECT_THAT(refusal("a;\nPREPARE TRANSACTION 'x'"),
                HasSubstr("1.sql:2: a migration cannot do"));
    EXPECT_THAT(refusal("ROLLBACK AND CHAIN"), HasSubstr("cannot do"));
    EXPECT_THAT(refusal("a;\n\\i more.sql\n"),
                HasSubstr("1.sql:2: \"\\i more.sql\" is a command of psql"));
    EXPECT_THAT(refusal("\\set name value\n"), HasSubstr("command of psql"));
    EXPECT_THAT(units("\\set ON_ERROR_STOP on\n\\echo hello\na;"), ElementsAre("whole BEGIN: a;"));
}

TEST(statement_kind, what_needs_no_transaction) {
    for (const char* statement :
         {"VACUUM FULL t", "create unique index concurrently on t (x)", "DROP INDEX CONCURRENTLY i",
          "REINDEX (VERBOSE) TABLE CONCURRENTLY t", "REINDEX (CONCURRENTLY) INDEX i",
          "REINDEX DATABASE d", "ALTER SYSTEM SET a = 1", "CREATE DATABASE d", "DROP TABLESPACE t",
          "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
          "ALTER SUBSCRIPTION s REFRESH PUBLICATION", "ALTER DATABASE d SET TABLESPACE t",
          "DISCARD ALL", "CLUSTER", "CLUSTER VERBOSE",
          "ALTER TABLE IF EXISTS a.b DETACH PARTITION \"c d\" CONCURRENTLY"})
        EXPECT_TRUE(needs_no_transaction(statement)) << statement;
    for (const char* statement :
         {"CREATE INDEX i ON t (x)", "CREATE TABLE vacuum ()", "DROP INDEX i", "REINDEX TABLE t",
          "ALTER DATABASE d SET x = y", "CLUSTER t", "DISCARD PLANS", "SELECT 'VACUUM'",
          "ALTER TABLE a DETACH PARTITION b", "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
          "ALTER TYPE e ADD VALUE 'x'", "CREATE INDEX concurrently_x ON t (x)"})
        EXPECT_FALSE(needs_no_transaction(statement)) << statement;
}

TEST(statement_kind, an_index_built_concurrently_is_understood) {
    const auto named = concurrent_index_of(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"My i\" ON ONLY s.t USING gist (x)");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->name, "\"My i\"");
    EXPECT_EQ(named->table, "s.t");
    EXPECT_TRUE(named->if_not_exists);
    const auto nameless = concurrent_index_of("create index concurrently on t(x)");
    ASSERT_TRUE(nameless);
    EXPECT_EQ(nameless->name, "");
    EXPECT_EQ(nameless->table, "t");
    EXPECT_FALSE(concurrent_index_of("CREATE INDEX i ON t (x)"));
    EXPECT_EQ(dropped_index_of("DROP INDEX CONCURRENTLY IF EXISTS s.i, j"), "s.i");
    const auto detached = detached_partition_of("ALTER TABLE a DETACH PARTITION b CONCURRENTLY");
    ASSERT_TRUE(detached);
    EXPECT_EQ(detached->parent + ' ' + detached->partition, "a b");
    EXPECT_TRUE(named_object_of("DROP DATABASE IF EXISTS d")->dropped);
    EXPECT_EQ(named_object_of("CREATE TABLESPACE \"t\" LOCATION 'x'")->name, "\"t\"");
}

TEST(statement_kind, what_a_statement_destroys) {
    const auto destroyed = [](const char* statement) {
        std::vector<std::string> result;
        for (const auto& one : destroyed_by(statement))
            result.push_back(one.relation + '/' + one.column);
        return result;
    };
    EXPECT_THAT(destroyed("DROP TABLE IF EXISTS a, s.\"b c\" CASCADE"),
                ElementsAre("a/", "s.\"b c\"/"));
    EXPECT_THAT(destroyed("ALTER TABLE a DROP b, DROP COLUMN IF EXISTS c CASCADE, ADD d int"),
                ElementsAre("a/b", "a/c"));
    EXPECT_THAT(destroyed("ALTER TABLE a ALTER b DROP NOT NULL, DROP CONSTRAINT c"), ElementsAre());
    EXPECT_THAT(destroyed("TRUNCATE a, b"), ElementsAre("a/", "b/"));
    EXPECT_THAT(destroyed("DELETE FROM ONLY a WHERE x"), ElementsAre("a/"));
    EXPECT_THAT(destroyed("DROP MATERIALIZED VIEW m"), ElementsAre("m/"));
    EXPECT_THAT(destroyed("DROP VIEW v"), ElementsAre());
    EXPECT_THAT(destroyed("DROP SCHEMA IF EXISTS s, t CASCADE"), ElementsAre("s/", "t/"));
    EXPECT_THAT(destroyed("DROP SCHEMA s"), ElementsAre());
    EXPECT_THAT(destroyed("DROP TYPE t CASCADE"), ElementsAre("t/"));
    EXPECT_THAT(destroyed("DROP OWNED BY ann"), ElementsAre("ann/"));
}

TEST(statement_kind, settings_that_last) {
    for (const char* statement :
         {"SET search_path = a", "set role x", "RESET ALL", "SET SESSION x = 1"})
        EXPECT_TRUE(changes_session(statement)) << statement;
    for (const char* statement : {"SET LOCAL x = 1", "SET CONSTRAINTS ALL DEFERRED", "SELECT 1"})
        EXPECT_FALSE(changes_session(statement)) << statement;
    EXPECT_EQ(in_capitals("create  index -- x\n \"i\" on t ('a')"),
              "CREATE INDEX \"i\" ON T ('a')");
}

TEST(script_checksum, counts_what_means_something) {
    const auto same = script_checksum("CREATE TABLE a (x int); SELECT 'It';");
    EXPECT_EQ(same.size(), 64U);
    EXPECT_EQ(same, script_checksum(
                        "-- licence\r\ncreate   table A(\r\n x /* y */ int)\r\n;;SELECT 'It'"));
    for (const char* other :
         {"CREATE TABLE a (x int); SELECT 'it';", "CREATE TABLE \"A\" (x int); SELECT 'It';",
          "CREATE TABLE a (x int) SELECT 'It';", "CREATE TABLE a (x int);",
          "CREATE TABLE a (x in t); SELECT 'It';"})
        EXPECT_NE(same, script_checksum(other)) << other;
    EXPECT_NE(script_checksum("COPY a FROM stdin;\n1\n\\.\n"),
              script_checksum("COPY a FROM stdin;\n2\n\\.\n"));
}

TEST(place_in_script, counts_characters_and_lines) {
    sql_statement statement;
    statement.text = "SELECT 'é',\n  wrong\nFROM t";
    statement.line = 10;
    const script_place place = place_in(statement, 15);
    EXPECT_EQ(place.line, 11U);
    EXPECT_EQ(place.column, 3U);
    EXPECT_EQ(place.text, "  wrong");
    EXPECT_EQ(place_in(statement, 0).line, 10U);
    EXPECT_EQ(place_in(statement, 9).column, 9U);
}

}  // namespace chronos::internal

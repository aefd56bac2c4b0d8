#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "chronos/error.hpp"
#include "migrations/migration_files.hpp"
#include "migrations/migration_runner.hpp"
#include "temporary_directory.hpp"

namespace chronos::internal {

using testing::HasSubstr;

TEST(parse_migration, without_markers_the_whole_file_is_the_way_up) {
    const migration whole = parse_migration("CREATE TABLE a ();\nCREATE TABLE b ();");
    EXPECT_EQ(whole.up, "CREATE TABLE a ();\nCREATE TABLE b ();");
    EXPECT_TRUE(whole.transactional);
}

TEST(parse_migration, what_is_not_the_way_up_becomes_empty_lines) {
    const migration dbmate = parse_migration(
        "-- a note\n-- migrate:up\nup;\n-- migrate:down\ndown;\n-- migrate:up\nmore;\n");
    EXPECT_EQ(dbmate.up, "\n-- migrate:up\nup;\n\n\n-- migrate:up\nmore;\n");
    const migration goose = parse_migration("--  +goose   UP\r\nup;\n-- +goose Down\ndown;");
    EXPECT_EQ(goose.up, "--  +goose   UP\r\nup;\n\n");
}

TEST(parse_migration, a_marker_counts_at_the_beginning_of_a_line_only) {
    EXPECT_EQ(parse_migration("SELECT 1; -- migrate:down\nSELECT 2;").up,
              "SELECT 1; -- migrate:down\nSELECT 2;");
    EXPECT_EQ(parse_migration("-- migrate:upwards\nx;").up, "-- migrate:upwards\nx;");
}

TEST(parse_migration, each_tool_has_its_word_for_no_transaction) {
    EXPECT_FALSE(parse_migration("-- no-transaction\nx;").transactional);
    EXPECT_FALSE(parse_migration("-- migrate:up transaction:false\nx;").transactional);
    EXPECT_FALSE(parse_migration("-- +goose NO TRANSACTION\n-- +goose Up\nx;").transactional);
    EXPECT_TRUE(parse_migration("-- migrate:up transaction:true\nx;").transactional);
    EXPECT_TRUE(
        parse_migration("-- migrate:up\nx;\n-- migrate:down transaction:false\n").transactional);
}

namespace {

class migration_directory : public testing::Test {
  protected:
    void put(const std::string& name, const std::string& text = "SELECT 1;") {
        std::ofstream(directory_ / name, std::ios::binary) << text;
    }
    std::string files() {
        std::string names;
        for (const migration& one : read_migrations(directory_.path())) names += one.file + ' ';
        return names;
    }
    temporary_directory directory_;
};

}  // namespace

TEST_F(migration_directory, numbers_are_compared_as_numbers_however_long) {
    for (const char* name : {"10_b.sql", "9_a.sql", "011_c.sql", "20261123041932000000001_d.sql"})
        put(name);
    EXPECT_EQ(files(), "9_a.sql 10_b.sql 011_c.sql 20261123041932000000001_d.sql ");
}

TEST_F(migration_directory, where_there_are_pairs_only_the_way_up_counts) {
    for (const char* name : {"1_a.up.sql", "1_a.down.sql", "2_b.sql", "readme.sql", "3_c.up.txt"})
        put(name);
    EXPECT_EQ(files(), "1_a.up.sql ");
}

TEST_F(migration_directory, a_byte_order_mark_is_no_part_of_the_script) {
    put("1_a.sql", "\xef\xbb\xbfSELECT 1;");
    EXPECT_EQ(read_migrations(directory_.path()).at(0).up, "SELECT 1;");
}

TEST_F(migration_directory, zero_is_a_number) {
    put("0000_a.sql");
    EXPECT_EQ(read_migrations(directory_.path()).at(0).number, "0");
}

TEST_F(migration_directory, one_number_for_two_is_an_error) {
    put("1_a.sql");
    put("001_b.sql");
    try {
        (void)files();
        FAIL();
    } catch (const error& wrong) {
        EXPECT_EQ(wrong.code(), error_code::usage);
        EXPECT_THAT(wrong.what(), HasSubstr("number 1"));
    }
}

TEST(reason_to_leave_out, what_reaches_beyond_the_database) {
    for (const char* statement :
         {"CREATE ROLE a", "create user a", "/* x */ ALTER -- y\n ROLE a", "DROP GROUP a",
          "CREATE DATABASE a", "DROP DATABASE a", "ALTER DATABASE a SET x = y",
          "ALTER SYSTEM RESET ALL", "CREATE TABLESPACE a", "CREATE SUBSCRIPTION a",
          "DROP SUBSCRIPTION a"}) {
        EXPECT_NE(reason_to_leave_out(statement), "") << statement;
    }
    for (const char* statement :
         {"CREATE TABLE role ()", "CREATE USER MAPPING FOR a SERVER b", "GRANT a TO b", "SELECT 1",
          "COMMENT ON ROLE a IS 'x'", "", "CREATE \"user\"", "CREATE ROLES"}) {
        EXPECT_EQ(reason_to_leave_out(statement), "") << statement;
    }
}

}  // namespace chronos::internal

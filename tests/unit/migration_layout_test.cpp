#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "chronos/error.hpp"
#include "migrations/layout.hpp"
#include "migrations/scratch_run.hpp"
#include "temporary_directory.hpp"

namespace chronos::internal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using files = std::map<std::string, std::string>;

file_tree tree(files contents) {
    file_tree result;
    for (const auto& [path, text] : contents) result.paths.push_back(path);
    result.read = [contents = std::move(contents)](const std::string& path) {
        return contents.at(path);
    };
    return result;
}

migration_set read(files contents) { return read_layout(tree(std::move(contents))); }

// "1:name" each, in order.
std::vector<std::string> names(const migration_set& set) {
    std::vector<std::string> result;
    for (const migration& one : set.migrations) result.push_back(one.version + ':' + one.name);
    return result;
}

std::string refusal(files contents) {
    try {
        (void)read(std::move(contents));
    } catch (const error& wrong) {
        EXPECT_EQ(wrong.code(), error_code::usage);
        return std::string(wrong.what()) + " | " + wrong.detail();
    }
    ADD_FAILURE() << "nothing was refused";
    return {};
}

const migration& only(const migration_set& set) {
    EXPECT_EQ(set.migrations.size(), 1U);
    return set.migrations.at(0);
}

}  // namespace

TEST(migration_layout, pairs_are_put_together_by_their_number) {
    const auto set = read({{"10_more.up.sql", "up 10;"},
                           {"0009_first_orders.up.sql", "up 9;"},
                           {"9_other.down.sql", "down 9;"},
                           {"readme.sql", "x"},
                           {"3_c.up.txt", "x"}});
    EXPECT_EQ(set.layout, "pairs");
    EXPECT_THAT(names(set), ElementsAre("9:first orders", "10:more"));
    EXPECT_EQ(set.migrations[0].up, (script{"0009_first_orders.up.sql", "up 9;", true}));
    EXPECT_EQ(set.migrations[0].down, (script{"9_other.down.sql", "down 9;", true}));
    EXPECT_FALSE(set.migrations[1].down);
}

TEST(migration_layout, a_way_down_without_a_statement_is_none) {
    EXPECT_FALSE(only(read({{"1_a.up.sql", "x;"}, {"1_a.down.sql", "-- nothing\n;\n"}})).down);
}

TEST(migration_layout, a_way_down_without_a_way_up_is_an_error) {
    EXPECT_THAT(refusal({{"1_a.up.sql", "x"}, {"2_b.down.sql", "x"}}),
                HasSubstr("\"2_b.down.sql\" has no way up"));
    EXPECT_THAT(refusal({{"1_a.up.sql", "x"}, {"1_a.down.sql", "x"}, {"01_b.down.sql", "x"}}),
                HasSubstr("two ways down have the number 1"));
}

TEST(migration_layout, numbers_are_compared_as_numbers_however_long) {
    const auto set = read({{"10_b.sql", "x"},
                           {"9_a.sql", "x"},
                           {"011_c.sql", "x"},
                           {"20261123041932000000001_d.sql", "x"},
                           {"0000.sql", "x"}});
    EXPECT_EQ(set.layout, "numbered");
    EXPECT_THAT(names(set), ElementsAre("0:", "9:a", "10:b", "11:c", "20261123041932000000001:d"));
}

TEST(migration_layout, one_number_for_two_is_an_error) {
    EXPECT_THAT(refusal({{"1_a.sql", ""}, {"001_b.sql", ""}}),
                testing::AllOf(HasSubstr("two migrations have the number 1"),
                               HasSubstr("\"001_b.sql\" and \"1_a.sql\"")));
    EXPECT_THAT(refusal({{"V1__a.sql", ""}, {"V1.0__b.sql", ""}}), HasSubstr("the number 1"));
}

TEST(migration_layout, each_tool_has_its_word_for_no_transaction) {
    for (const char* line :
         {"-- chronos: no-transaction", "--  no-transaction", "-- atlas:txmode none"})
        EXPECT_FALSE(only(read({{"1_a.sql", std::string(line) + "\nx;"}})).up.transactional)
            << line;
    EXPECT_TRUE(only(read({{"1_a.sql", "x; -- chronos: no-transaction"}})).up.transactional);
}

TEST(migration_layout, dbmate_has_sections_and_marks_them) {
    const auto set = read({{"20_b.sql",
                            "-- a note\n-- migrate:up\nup;\n-- migrate:down "
                            "transaction:false\ndown;\n-- migrate:up\nmore;\n"}});
    EXPECT_EQ(set.layout, "dbmate");
    const migration& one = only(set);
    EXPECT_EQ(one.up.text, "\n-- migrate:up\nup;\n\n\n-- migrate:up\nmore;\n");
    EXPECT_TRUE(one.up.transactional);
    EXPECT_EQ(one.down->text, "\n\n\n-- migrate:down transaction:false\ndown;\n\n\n");
    EXPECT_FALSE(one.down->transactional);
}

TEST(migration_layout, dbmate_orders_numbers_as_texts) {
    EXPECT_THAT(names(read({{"9_a.sql", "-- migrate:up\n"},
                            {"10_b.sql", "-- migrate:up\n"},
                            {"1_c.sql", "-- migrate:up\n"}})),
                ElementsAre("1:c", "10:b", "9:a"));
}

TEST(migration_layout, goose_has_sections_and_one_mark_for_both) {
    const auto set = read({{"1_a.sql",
                            "-- +goose NO TRANSACTION\n--  +goose   UP\r\nup;\n-- "
                            "+goose Down\ndown;"}});
    EXPECT_EQ(set.layout, "goose");
    EXPECT_EQ(only(set).up.text, "\n--  +goose   UP\r\nup;\n\n");
    EXPECT_FALSE(only(set).up.transactional);
    EXPECT_FALSE(only(set).down->transactional);
}

TEST(migration_layout, node_pg_migrate_may_leave_out_the_first_mark) {
    const auto set =
        read({{"1700000000000_a.sql", " -- Up Migration\nup;\n---- down migration\ndown;"},
              {"1700000000001_b.sql", "whole;"},
              {"1700000000002_c.sql", "up;\n-- Down Migration\ndown;"}});
    EXPECT_EQ(set.layout, "node-pg-migrate");
    ASSERT_EQ(set.migrations.size(), 3U);
    EXPECT_EQ(set.migrations[0].up.text, " -- Up Migration\nup;\n\n");
    EXPECT_EQ(set.migrations[0].down->text, "\n\n---- down migration\ndown;");
    EXPECT_EQ(set.migrations[1].up.text, "whole;");
    EXPECT_EQ(set.migrations[2].up.text, "up;\n\n");
}

TEST(migration_layout, a_marker_counts_at_the_beginning_of_a_line_only) {
    EXPECT_EQ(only(read({{"1_a.sql", "SELECT 1; -- migrate:down\nSELECT 2;"}})).up.text,
              "SELECT 1; -- migrate:down\nSELECT 2;");
    EXPECT_EQ(read({{"1_a.sql", "-- migrate:upwards\nx;"}}).layout, "numbered");
}

TEST(migration_layout, statements_before_the_marker_are_an_error) {
    EXPECT_THAT(refusal({{"1_a.sql", "x;\n-- migrate:up\n"}}), HasSubstr("has statements before"));
    EXPECT_THAT(refusal({{"1_a.sql", "-- +goose Down\nx;"}}), HasSubstr("has no \"-- +goose Up\""));
}

TEST(migration_layout, flyway_has_versions_undo_repeatable_and_settings) {
    const auto set = read({{"sql/V1_10__late.sql", "late;"},
                           {"V1.2.0__first_one.sql", "first;"},
                           {"U1.2__first_one.sql", "undo;"},
                           {"R__views.sql", "views;"},
                           {"V2__index.sql", "index;"},
                           {"V2__index.sql.conf", "# x\nexecuteInTransaction = false\n"},
                           {"notes.sql", "x"}});
    EXPECT_EQ(set.layout, "flyway");
    EXPECT_THAT(names(set), ElementsAre("1.2:first one", "1.10:late", "2:index", "views:views"));
    EXPECT_EQ(set.migrations[0].down->text, "undo;");
    EXPECT_TRUE(set.migrations[1].up.transactional);
    EXPECT_FALSE(set.migrations[2].up.transactional);
    EXPECT_EQ(set.migrations[3].kind, migration_kind::repeatable);
}

TEST(migration_layout, a_flyway_baseline_counts_where_what_it_stands_for_is_gone) {
    EXPECT_THAT(names(read({{"B3__all.sql", ""}, {"V4__more.sql", ""}})),
                ElementsAre("3:all", "4:more"));
    EXPECT_THAT(names(read({{"B3__all.sql", ""}, {"V2__a.sql", ""}, {"V3__b.sql", ""}})),
                ElementsAre("2:a", "3:b"));
    EXPECT_THAT(refusal({{"V1__a.sql", ""}, {"U2__b.sql", "x"}}), HasSubstr("not there"));
}

TEST(migration_layout, hooks_of_flyway_and_of_our_own) {
    const auto flyway = read({{"V1__a.sql", ""}, {"afterEachMigrate__log.sql", "x;"}});
    EXPECT_EQ(flyway.hooks,
              (std::vector<migration_hook>{
                  {hook_moment::after_each, {"afterEachMigrate__log.sql", "x;", true}}}));
    const auto own = read({{"1_a.sql", ""}, {"before_all.sql", "y;"}});
    EXPECT_EQ(
        own.hooks,
        (std::vector<migration_hook>{{hook_moment::before_all, {"before_all.sql", "y;", true}}}));
}

TEST(migration_layout, sqitch_follows_its_plan) {
    const auto set = read({{"sqitch.plan",
                            "%syntax-version=1.0.0\n%project=shop\n\n"
                            "users 2026-01-01T00:00:00Z A <a@b> # first\n"
                            "orders [users] 2026-01-02T00:00:00Z A <a@b>\n"
                            "@v1 2026-01-03T00:00:00Z A <a@b>\n"
                            "users [users@v1] 2026-01-04T00:00:00Z A <a@b>\n"},
                           {"deploy/users.sql", "new;"},
                           {"deploy/users@v1.sql", "old;"},
                           {"revert/users@v1.sql", "back;"},
                           {"deploy/orders.sql", "orders;"},
                           {"verify/orders.sql", "check;"}});
    EXPECT_EQ(set.layout, "sqitch");
    EXPECT_THAT(names(set), ElementsAre("users:users", "orders:orders", "users#2:users"));
    EXPECT_EQ(set.migrations[0].up.text, "old;");
    EXPECT_EQ(set.migrations[0].down->text, "back;");
    EXPECT_EQ(set.migrations[1].verify->text, "check;");
    EXPECT_EQ(set.migrations[2].up.text, "new;");
    EXPECT_THAT(refusal({{"sqitch.plan", "a 2026\n"}}), HasSubstr("\"deploy/a.sql\""));
    EXPECT_THAT(refusal({{"sqitch.plan", "a 2026\na 2027\n"}, {"deploy/a.sql", ""}}),
                HasSubstr("\"a\" twice"));
}

TEST(migration_layout, prisma_has_a_folder_for_each) {
    const auto set =
        read({{"20260101000000_init/migration.sql", "x;"}, {"migration_lock.toml", ""}});
    EXPECT_EQ(set.layout, "prisma");
    EXPECT_THAT(names(set), ElementsAre("20260101000000:init"));
}

TEST(migration_layout, two_tools_in_one_directory_are_an_error) {
    EXPECT_THAT(
        refusal({{"1_a.up.sql", "x"}, {"2_b.sql", "x"}}),
        HasSubstr("\"1_a.up.sql\" is of the layout \"pairs\", \"2_b.sql\" of \"numbered\""));
    EXPECT_THAT(refusal({{"1_a.sql", "-- migrate:up"}, {"2_b.sql", "-- +goose Up"}}),
                HasSubstr("two tools"));
    EXPECT_THAT(refusal({{"V1__a.sql", ""}, {"sqitch.plan", ""}}), HasSubstr("two tools"));
}

TEST(migration_layout, programs_are_refused_not_left_out) {
    EXPECT_THAT(refusal({{"1_a.sql", "x"}, {"2_b.js", "x"}}), HasSubstr("\"2_b.js\" is a program"));
    EXPECT_THAT(refusal({{"1_a.sql", "-- +goose Up"}, {"2_b.go", "x"}}), HasSubstr("is a program"));
    EXPECT_THAT(names(read({{"1_a.sql", "x"}, {"1_a_test.go", "x"}})), ElementsAre("1:a"));
}

TEST(migration_layout, nothing_there_is_an_error) {
    EXPECT_THAT(refusal({{"readme.sql", "x"}}), HasSubstr("there are no migrations"));
}

TEST(migration_version, is_told_without_what_does_not_count) {
    EXPECT_EQ(plain_version("007"), "7");
    EXPECT_EQ(plain_version("1.02.0"), "1.2");
    EXPECT_EQ(plain_version("1.0.1"), "1.0.1");
    EXPECT_EQ(plain_version("0"), "0");
    EXPECT_EQ(plain_version("0.0"), "0");
    EXPECT_EQ(plain_version("users#2"), "users#2");
    EXPECT_TRUE(ordinal_less({"1", "2"}, {"1", "10"}));
    EXPECT_TRUE(ordinal_less({"1"}, {"1", "1"}));
    EXPECT_FALSE(ordinal_less({"2"}, {"1", "1"}));
}

TEST(file_tree, reads_folders_and_takes_away_a_byte_order_mark) {
    const temporary_directory directory;
    std::filesystem::create_directories(directory / "deploy/deep");
    std::filesystem::create_directories(directory / ".git");
    for (const char* name : {"sqitch.plan", "deploy/deep/a.sql", ".git/x.sql"})
        std::ofstream(directory / name, std::ios::binary) << "\xef\xbb\xbfSELECT 1;";
    const file_tree found = tree_of(directory.path());
    EXPECT_THAT(found.paths, ElementsAre("deploy/deep/a.sql", "sqitch.plan"));
    EXPECT_EQ(found.read("deploy/deep/a.sql"), "SELECT 1;");
    EXPECT_EQ(base_name("deploy/deep/a.sql"), "a.sql");
}

TEST(file_tree, what_is_not_utf8_is_an_error_with_its_line) {
    require_utf8("a", "x\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n");
    for (const char* wrong :
         {"\xe9t", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
        try {
            require_utf8("1_a.sql", std::string("ok\n") + wrong);
            FAIL() << wrong;
        } catch (const error& failure) {
            EXPECT_THAT(failure.what(), HasSubstr("\"1_a.sql\" is not UTF-8"));
            EXPECT_THAT(failure.detail(), HasSubstr("line 2"));
        }
    }
    EXPECT_THROW(require_utf8("a", std::string_view("a\0b", 3)), error);
}

TEST(reason_to_leave_out, what_reaches_beyond_the_database) {
    for (const char* statement : {"CREATE ROLE a",
                                  "create user a",
                                  "/* x */ ALTER -- y\n ROLE a",
                                  "DROP GROUP a",
                                  "CREATE DATABASE a",
                                  "DROP DATABASE a",
                                  "ALTER DATABASE a SET x = y",
                                  "ALTER SYSTEM RESET ALL",
                                  "CREATE TABLESPACE a",
                                  "CREATE SUBSCRIPTION a",
                                  "DROP SUBSCRIPTION a",
                                  "GRANT a TO b",
                                  "REVOKE ADMIN OPTION FOR a FROM b",
                                  "GRANT CONNECT ON DATABASE a TO b",
                                  "REVOKE ALL ON TABLESPACE a FROM b",
                                  "GRANT SET ON PARAMETER work_mem TO a",
                                  "DROP OWNED BY a",
                                  "REASSIGN OWNED BY a TO b",
                                  "COMMENT ON ROLE a IS 'x'",
                                  "COMMENT ON DATABASE a IS 'x'",
                                  "SECURITY LABEL FOR x ON ROLE a IS 'y'"}) {
        EXPECT_NE(reason_to_leave_out(statement), "") << statement;
    }
    for (const char* statement :
         {"CREATE TABLE role ()", "CREATE USER MAPPING FOR a SERVER b", "SELECT 1",
          "GRANT SELECT (database) ON role TO a", "REVOKE ALL ON SCHEMA a FROM b",
          "COMMENT ON TABLE database IS 'x'", "COMMENT ON COLUMN a.on IS 'x'", "",
          "CREATE \"user\"", "CREATE ROLES"}) {
        EXPECT_EQ(reason_to_leave_out(statement), "") << statement;
    }
}

}  // namespace chronos::internal

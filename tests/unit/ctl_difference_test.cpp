#include "ctl/difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/plan.hpp"
#include "ctl/output.hpp"

namespace chronos::ctl {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace {

object_difference changed(const std::string& identity, const std::string& from,
                          const std::string& to) {
    object_difference one;
    one.change = from.empty() ? "added" : to.empty() ? "removed" : "changed";
    one.kind = "table";
    one.identity = identity;
    one.old_sql = from;
    one.sql = to;
    return one;
}

plan_step step(const std::string& statement, bool transactional = true) {
    plan_step one;
    one.statement = statement;
    one.kind = "table";
    one.identity = "public.orders";
    one.transactional = transactional;
    return one;
}

}  // namespace

TEST(unified, what_is_not_there_is_dev_null) {
    const output out;
    EXPECT_EQ(unified(changed("a", "", "x\n"), out),
              "added table a\n--- /dev/null\n+++ table a\n@@ -0,0 +1 @@\n+x\n");
    EXPECT_EQ(unified(changed("a", "x\n", ""), out),
              "removed table a\n--- table a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
}

TEST(unified, names_and_statements_cannot_drive_the_terminal) {
    const output out;
    const std::string text = unified(changed("a\033[2J", "x\n", "y\033]0;z\a\n"), out);
    EXPECT_THAT(text, Not(HasSubstr("\033")));
    EXPECT_THAT(text, HasSubstr("+y\\x1b]0;z\\x07\n"));
}

TEST(unified, a_rename_that_changes_no_text_is_its_title) {
    const output out;
    object_difference renamed = changed("b", "x", "x");
    renamed.change = "renamed";
    renamed.old_identity = "a";
    EXPECT_EQ(unified(renamed, out), "renamed table b (was a)\n");
}

TEST(unified, colours_are_those_of_git) {
    output out;
    out.colours("always");
    const std::string text = unified(changed("a", "x\n", "y\n"), out);
    EXPECT_THAT(text,
                HasSubstr("\033[36m@@ -1 +1 @@\033[0m\n\033[31m-x\033[0m\n\033[32m+y\033[0m\n"));
}

TEST(statistics, bars_are_in_proportion_where_there_is_no_room) {
    const output out;
    std::string many;
    for (int i = 0; i < 1000; ++i) many += std::to_string(i) + '\n';
    const std::string text =
        statistics({changed("few", "x\n", "y\n"), changed("many", "", many)}, 60, out);
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = text.find('\n', start);
        EXPECT_LE(end - start, 60U) << text;
        start = end + 1;
    }
    EXPECT_THAT(text, HasSubstr(" table few  |    2 +-\n"));
    EXPECT_THAT(text, EndsWith(" 2 objects changed, 1,001 lines added, 1 line removed\n"));
}

TEST(statistics, long_names_leave_room_for_the_bar) {
    const output out;
    const std::string text = statistics({changed(std::string(300, 'n'), "x\n", "y\n")}, 40, out);
    EXPECT_LE(text.find('\n'), 40U);
    EXPECT_THAT(text, HasSubstr("... | 2 +-\n"));
}

TEST(part_line, tells_old_and_new_of_a_change) {
    EXPECT_EQ(part_line({"column price", "changed", "", "integer", "numeric"}),
              "column price changed: integer -> numeric");
    EXPECT_EQ(part_line({"column sum", "renamed", "total", {}, {}}),
              "column sum renamed (was total)");
    EXPECT_EQ(part_line({"comment", "changed", "", {}, "a\nb"}), "comment changed: nothing -> a b");
}

TEST(script_of, what_cannot_run_in_a_transaction_stands_outside) {
    const std::string script =
        script_of({step("A;"), step("B;", false), step("C;", false), step("D;"), step("E;")});
    const auto bare = [&script] {
        std::string lines;
        for (std::size_t start = 0; start < script.size();) {
            const std::size_t end = script.find('\n', start);
            const std::string line = script.substr(start, end - start);
            if (!line.empty() && !line.starts_with("--") && !line.starts_with("SE")) lines += line;
            start = end + 1;
        }
        return lines;
    };
    EXPECT_EQ(bare(), "BEGIN;A;COMMIT;B;C;BEGIN;D;E;COMMIT;");
}

TEST(script_of, hazards_are_comments_that_no_name_can_end) {
    plan_step one = step("DROP TABLE x;");
    one.identity = "public.\"a\nDROP TABLE y;\"";
    one.hazards = {"data_loss", "long_lock"};
    one.lock = "AccessExclusiveLock";
    one.rows_at_stake = 12;
    one.bytes_at_stake = 8192;
    one.note = "first\nsecond";
    const std::string script = script_of({one});
    EXPECT_THAT(script, HasSubstr("-- step 1: table public.\"a\n-- DROP TABLE y;\"\n"
                                  "-- hazards: data_loss, long_lock; rows at stake: 12; bytes at "
                                  "stake: 8192\n-- lock: AccessExclusiveLock\n-- note: first\n"
                                  "-- second\nDROP TABLE x;\n"));
    EXPECT_EQ(script_of({}), "");
}

}  // namespace chronos::ctl

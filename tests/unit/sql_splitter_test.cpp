#include "core/sql_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace chronos::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts(std::string_view script) {
    std::vector<std::string> result;
    for (const auto& statement : split_sql(script)) result.emplace_back(statement.text);
    return result;
}

TEST(sql_splitter, statements_end_at_semicolons_and_at_the_end) {
    EXPECT_THAT(texts("SELECT 1; SELECT 2 ;\n\nSELECT 3"),
                ElementsAre("SELECT 1", "SELECT 2", "SELECT 3"));
    EXPECT_THAT(texts(" ;; -- nothing\n ; /* still */ ;"), IsEmpty());
}

TEST(sql_splitter, quoted_semicolons_do_not_split) {
    EXPECT_THAT(texts("SELECT 'a;''b;'; SELECT \"x;\"\"y\"; SELECT 1"),
                ElementsAre("SELECT 'a;''b;'", "SELECT \"x;\"\"y\"", "SELECT 1"));
}

TEST(sql_splitter, backslashes_matter_only_in_escape_strings) {
    EXPECT_THAT(texts("SELECT 'a\\'; SELECT E'b\\';c'; SELECT e'\\\\'; SELECT 2"),
                ElementsAre("SELECT 'a\\'", "SELECT E'b\\';c'", "SELECT e'\\\\'", "SELECT 2"));
}

TEST(sql_splitter, the_script_can_turn_standard_strings_off) {
    EXPECT_THAT(
        texts("SET standard_conforming_strings = off; SELECT 'a\\';b'; SELECT 1"),
        ElementsAre("SET standard_conforming_strings = off", "SELECT 'a\\';b'", "SELECT 1"));
}

TEST(sql_splitter, dollar_quotes_end_at_their_own_tag) {
    EXPECT_THAT(
        texts("DO $$ ; $a$ ; $$; SELECT $t1$ $$ ; ' $t1$; SELECT $1; SELECT a$b$c; SELECT 2"),
        ElementsAre("DO $$ ; $a$ ; $$", "SELECT $t1$ $$ ; ' $t1$", "SELECT $1", "SELECT a$b$c",
                    "SELECT 2"));
}

TEST(sql_splitter, comments_nest_and_hide_quotes) {
    EXPECT_THAT(texts("SELECT 1 /* ' /* ; */ ; \" */; -- it's ;\nSELECT 2"),
                ElementsAre("SELECT 1", "SELECT 2"));
}

TEST(sql_splitter, bodies_of_sql_functions_stay_whole) {
    const std::string body =
        "CREATE OR REPLACE FUNCTION f() RETURNS int\nBEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 "
        "END;\n"
        " SELECT 2;\nEND";
    EXPECT_THAT(texts(body + ";\nBEGIN; SELECT 1; END;"),
                ElementsAre(body, "BEGIN", "SELECT 1", "END"));
}

TEST(sql_splitter, actions_of_a_rule_stay_together) {
    EXPECT_THAT(
        texts("CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b; SELECT 1); SELECT 2"),
        ElementsAre("CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b; SELECT 1)", "SELECT 2"));
}

TEST(sql_splitter, lines_for_psql_are_left_out) {
    EXPECT_THAT(texts("\\restrict aB'c\n\nSET a = 1;\n\\unrestrict aB'c\n"),
                ElementsAre("SET a = 1"));
}

TEST(sql_splitter, what_stands_before_a_statement_and_its_line_are_known) {
    const auto found =
        split_sql("SELECT 1;\n\n--\n-- Name: x; Type: TABLE\n--\n\nCREATE TABLE x ();");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].line, 1U);
    EXPECT_EQ(found[1].line, 7U);
    EXPECT_EQ(found[1].preamble, "\n\n--\n-- Name: x; Type: TABLE\n--\n\n");
    EXPECT_EQ(found[1].text, "CREATE TABLE x ()");
}

TEST(sql_splitter, unfinished_things_end_with_the_script) {
    EXPECT_THAT(texts("SELECT 'a; SELECT 1;"), ElementsAre("SELECT 'a; SELECT 1;"));
    EXPECT_THAT(texts("SELECT $$a; SELECT 1;"), ElementsAre("SELECT $$a; SELECT 1;"));
    EXPECT_THAT(texts("/* SELECT 1;"), IsEmpty());
    EXPECT_THAT(texts("SELECT e'\\"), ElementsAre("SELECT e'\\"));
}

TEST(sql_splitter, rows_after_copy_belong_to_it) {
    const auto found = split_sql(
        "COPY a (x) FROM stdin WITH (FORMAT text);\n1;'\n\\N\n\\.\nSELECT 1;\ncopy b from "
        "STDIN;\r\n\\.\r\nSELECT 2");
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].rows, "1;'\n\\N\n");
    EXPECT_TRUE(found[0].takes_rows);
    EXPECT_EQ(found[1].text, "SELECT 1");
    EXPECT_EQ(found[1].line, 5U);
    EXPECT_EQ(found[2].rows, "");
    EXPECT_TRUE(found[2].takes_rows);
    EXPECT_EQ(found[3].text, "SELECT 2");
    EXPECT_EQ(split_sql("COPY a FROM stdin;\n1\n2").at(0).rows, "1\n2");
    EXPECT_EQ(split_sql("COPY a FROM stdin").at(0).rows, "");
    EXPECT_FALSE(split_sql("COPY a TO stdout; SELECT stdin FROM stdin").at(1).takes_rows);
    EXPECT_FALSE(split_sql("COPY (SELECT 1 FROM stdin) TO STDOUT").at(0).takes_rows);
}

TEST(sql_splitter, commands_of_psql_are_told) {
    const auto script = parse_script("\\set a b\nSELECT 1;\n  \\i file.sql\nSELECT 2 \\g\n");
    ASSERT_EQ(script.commands.size(), 2U);
    EXPECT_EQ(script.commands[0].text, "\\set a b");
    EXPECT_EQ(script.commands[1].text, "\\i file.sql");
    EXPECT_EQ(script.commands[1].line, 3U);
}

TEST(canonical_sql, tells_apart_what_the_server_does) {
    EXPECT_EQ(canonical_sql("Select  1+ 2 ; -- x"), canonical_sql("select 1 +2;"));
    EXPECT_NE(canonical_sql("SELECT a || b"), canonical_sql("SELECT a | | b"));
    EXPECT_NE(canonical_sql("SELECT E'a'"), canonical_sql("SELECT 'a'"));
    EXPECT_EQ(leading_words("/* x */ create -- y\n unique Index i", 3), "CREATE UNIQUE INDEX");
    EXPECT_EQ(leading_words("COPY (SELECT 1)", 3), "COPY");
}

}  // namespace
}  // namespace chronos::internal

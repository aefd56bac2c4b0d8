#include "repository/restore_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace chronos::internal {
namespace {

using testing::HasSubstr;
using testing::Not;

manifest with_table(const std::string& schema, const std::string& name) {
    manifest of;
    of.id = "20261123T041932Z-0a1b2c3d";
    of.pre_data = {std::string(64, '1'), 1, 1};
    of.post_data = {std::string(64, '2'), 1, 1};
    of.tables.push_back({schema,
                         name,
                         table_kind::table,
                         {"a", "b c"},
                         copy_format::binary,
                         1,
                         1,
                         "",
                         {{{std::string(64, '3'), 1, 1}, 1}},
                         {}});
    return of;
}

TEST(restore_script, checks_every_object_before_psql_reads_it) {
    const std::string script = restore_script(with_table("public", "orders"));
    EXPECT_THAT(script,
                HasSubstr("COPY \"public\".\"orders\" (\"a\", \"b c\") FROM STDIN (FORMAT "
                          "binary)\n\\w :piece\n\\r\n\\! sh \"$CHRONOS_SCRIPT\" fetch-rows " +
                          std::string(64, '3') + "\n\\i :piece\n"));
    const auto before = script.find("fetch-sql " + std::string(64, '1'));
    const auto rows = script.find("fetch-rows");
    const auto after = script.find("fetch-sql " + std::string(64, '2'));
    EXPECT_LT(before, rows);
    EXPECT_LT(rows, after);
    EXPECT_NE(after, std::string::npos);
}

// A name must neither end a line, which psql would read as a command, nor depend on an encoding.
TEST(restore_script, writes_any_name_on_one_line_of_ascii) {
    manifest of = with_table("sch\xC3\xA9ma", "x\n\\! rm -rf /\n\"; DROP \xF0\x9F\x98\x80");
    of.sequences.push_back({"s'q", "a\"b\\c\n", 1, true});
    of.matviews.push_back({"m", "v\r\n\\q"});
    const std::string script = restore_script(of);
    EXPECT_TRUE(std::all_of(script.begin(), script.end(),
                            [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7F); }));
    EXPECT_THAT(script, HasSubstr("COPY U&\"sch\\00E9ma\".U&\"x\\000A\\005C! rm -rf /\\000A\\0022; "
                                  "DROP \\+01F600\" "));
    EXPECT_THAT(script, HasSubstr("setval(U&'\"s\\0027q\".\"a\"\"b\\005Cc\\000A\"'::"));
    EXPECT_THAT(script, HasSubstr("REFRESH MATERIALIZED VIEW \"m\".U&\"v\\000D\\000A\\005Cq\";"));
    EXPECT_THAT(script, Not(HasSubstr("\n\\! rm")));
    EXPECT_THAT(script, Not(HasSubstr("\n\\q")));
}

TEST(restore_script, leaves_bytes_as_they_are_where_the_server_cannot_convert) {
    manifest of = with_table("public", "caf\xC3\xA9\n");
    of.encoding = "SQL_ASCII";
    EXPECT_THAT(restore_script(of), HasSubstr("\"public\".U&\"caf\xC3\xA9\\000A\""));
}

TEST(restore_script, can_leave_out_the_history_of_the_schema) {
    const std::string script = restore_script(with_table("chronos", "version"));
    EXPECT_THAT(script, HasSubstr("\\if :with_chronos\nCOPY \"chronos\".\"version\""));
    EXPECT_THAT(restore_script(with_table("public", "t")), Not(HasSubstr(":with_chronos")));
}

}  // namespace
}  // namespace chronos::internal

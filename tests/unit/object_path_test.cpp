#include "core/object_path.hpp"

#include <gtest/gtest.h>

#include <set>

namespace chronos::core {

namespace {

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

TEST(object_path, is_schema_kind_and_name) {
    EXPECT_EQ(object_path("table", "public.orders"), "public/table/orders.sql");
    EXPECT_EQ(object_path("materialized view", "shop.by_day"), "shop/materialized-view/by_day.sql");
    EXPECT_EQ(object_path("function", "public.f(integer, timestamp with time zone)"),
              "public/function/f(integer, timestamp with time zone).sql");
}

TEST(object_path, of_what_belongs_to_a_table_names_the_table) {
    EXPECT_EQ(object_path("constraint", "orders_pkey on public.orders"),
              "public/constraint/orders.orders_pkey.sql");
    EXPECT_EQ(object_path("policy", "\"own rows\" on public.\"my orders\""),
              "public/policy/my orders.own rows.sql");
    EXPECT_NE(object_path("trigger", "c on public.\"a.b\""),
              object_path("trigger", "\"b.c\" on public.a"));
}

TEST(object_path, of_what_is_in_no_schema_has_no_folder_for_one) {
    EXPECT_EQ(object_path("schema", "public"), "schema/public.sql");
    EXPECT_EQ(object_path("extension", "\"uuid-ossp\""), "extension/uuid-ossp.sql");
    EXPECT_EQ(object_path("cast", "(integer as text)"), "cast/(integer as text).sql");
    EXPECT_EQ(object_path("privileges", "table public.orders"),
              "privileges/table public.orders.sql");
}

TEST(object_path, never_leads_out_of_the_folder) {
    for (const char* identity :
         {"\"..\".\"..\"", "\"../../etc\".\"passwd\"", "\"..\"", "\".git\".\"config\"",
          "\".GIT\".hooks", "\"a/../../b\".c", "\"\\\".\"\\..\\\"", "\"..\" on \"..\".\"..\"",
          "public.\"\n\"", "\"\x7f\".x"}) {
        const std::string path = object_path("table", identity);
        EXPECT_EQ(path.find("../"), std::string::npos) << path;
        EXPECT_EQ(path.find("/."), std::string::npos) << path;
        EXPECT_EQ(path.find('\\'), std::string::npos) << path;
        EXPECT_EQ(path.find('\n'), std::string::npos) << path;
        EXPECT_NE(path.front(), '.') << path;
        EXPECT_NE(path.front(), '/') << path;
    }
}

TEST(object_path, names_that_differ_in_case_alone_differ_where_case_does_not_count) {
    std::set<std::string> paths;
    for (const char* identity : {"public.orders", "public.\"Orders\"", "public.\"ORDERS\"",
                                 "\"Public\".orders", "\"PUBLIC\".\"Orders\""}) {
        EXPECT_TRUE(paths.insert(lower(object_path("table", identity))).second) << identity;
    }
    EXPECT_EQ(object_path("table", "public.\"Orders\"").find("public/table/Orders~"), 0U);
}

TEST(object_path, letters_that_a_file_system_may_normalize_get_a_hash) {
    const std::string composed = "public.\"gr\xc3\xb6\xc3\x9f\x65\"";
    const std::string combining = "public.\"gro\xcc\x88\xc3\x9f\x65\"";
    const auto hash = [](const std::string& path) { return path.substr(path.find('~')); };
    EXPECT_NE(hash(object_path("table", composed)), hash(object_path("table", combining)));
}

TEST(object_path, odd_characters_are_escaped_and_never_confused_with_an_escape) {
    EXPECT_EQ(object_path("table", "public.\"a/b:c\""), "public/table/a%2fb%3ac.sql");
    EXPECT_NE(object_path("table", "public.\"a/b\""), object_path("table", "public.\"a%2fb\""));
    EXPECT_EQ(object_path("table", "public.\"say \"\"hi\"\"\""), "public/table/say %22hi%22.sql");
    EXPECT_EQ(object_path("table", "public.\"~x\""), "public/table/%7ex.sql");
}

TEST(object_path, names_that_windows_keeps_are_avoided) {
    EXPECT_EQ(object_path("table", "public.con"), "public/table/%63on.sql");
    EXPECT_EQ(object_path("table", "public.\"aux.x\""), "public/table/%61ux.x.sql");
    EXPECT_EQ(object_path("schema", "com1"), "schema/%63om1.sql");
    EXPECT_EQ(object_path("table", "public.\"end \""), "public/table/end%20.sql");
}

TEST(object_path, long_names_are_cut_and_stay_different) {
    const std::string many(400, 'x');
    const std::string first = object_path("function", "public.f(" + many + ", integer)");
    const std::string second = object_path("function", "public.f(" + many + ", text)");
    EXPECT_NE(first, second);
    EXPECT_LT(first.size(), 255U);
    const std::string slashes = object_path("table", "public.\"" + std::string(100, '/') + "\"");
    EXPECT_EQ(slashes.find("%~"), std::string::npos);
    EXPECT_EQ(slashes.find("%2~"), std::string::npos);
}

TEST(object_path, operators_keep_their_arguments) {
    const std::string plus = object_path("operator", "public.+(integer,integer)");
    EXPECT_EQ(plus, "public/operator/+(integer,integer).sql");
    EXPECT_EQ(object_path("operator", "public.<(a,b)"), "public/operator/%3c(a,b).sql");
}

TEST(tag_name, is_what_git_accepts) {
    EXPECT_EQ(tag_name("v1.0"), "v1.0");
    EXPECT_EQ(tag_name("release 1.0"), "release%201.0");
    EXPECT_EQ(tag_name("alembic:3f2a"), "alembic%3a3f2a");
    EXPECT_EQ(tag_name("-x"), "%2dx");
    EXPECT_EQ(tag_name(".x."), "%2ex%2e");
    EXPECT_EQ(tag_name("a..b"), "a.%2eb");
    EXPECT_EQ(tag_name("a.lock"), "a%2elock");
    EXPECT_EQ(tag_name("../x"), "%2e%2e%2fx");
    EXPECT_EQ(tag_name("a@{b"), "a%40{b");
    EXPECT_NE(tag_name("a b"), tag_name("a%20b"));
}

}  // namespace chronos::core

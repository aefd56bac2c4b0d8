#include "core/sql_name.hpp"

#include <gtest/gtest.h>

namespace chronos::core {

namespace {

TEST(sql_name, names_are_equal_only_if_their_parts_are) {
    EXPECT_EQ(fully_quoted("s.t"), "\"s\".\"t\"");
    EXPECT_EQ(fully_quoted("s.\"t\""), "\"s\".\"t\"");
    EXPECT_EQ(fully_quoted("\"a.b\".c"), "\"a.b\".\"c\"");
    EXPECT_EQ(fully_quoted("a.\"b.c\""), "\"a\".\"b.c\"");
    EXPECT_EQ(fully_quoted("\"a\"\".b\".c"), "\"a\"\".b\".\"c\"");
    EXPECT_EQ(fully_quoted(""), "");
}

}  // namespace

}  // namespace chronos::core

#include "chronos/error.hpp"

#include <gtest/gtest.h>

namespace chronos {

TEST(error, only_connection_and_lock_failures_are_retryable) {
    EXPECT_TRUE(error(error_code::connection, "lost").retryable());
    EXPECT_TRUE(error(error_code::busy, "locked").retryable());
    EXPECT_FALSE(error(error_code::damaged, "cut").retryable());
}

TEST(error, every_code_has_a_name_of_its_own) {
    EXPECT_EQ(to_string(error_code::not_found), "not_found");
    EXPECT_EQ(to_string(error_code::wrong_component), "wrong_component");
}

}  // namespace chronos

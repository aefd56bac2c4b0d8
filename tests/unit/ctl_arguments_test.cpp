#include <gtest/gtest.h>

#include <filesystem>

#include "chronos/error.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/repository_argument.hpp"

namespace chronos::ctl {

namespace {

std::string conninfo(const std::string& database, const std::string& host = "",
                     const std::string& port = "", const std::string& user = "") {
    return connection_options{database, host, port, user}.conninfo();
}

}  // namespace

TEST(connection_options, nothing_given_leaves_everything_to_the_environment) {
    EXPECT_EQ(conninfo(""), "");
}

TEST(connection_options, a_name_is_quoted_so_that_it_stays_a_name) {
    EXPECT_EQ(conninfo("shop"), "dbname='shop'");
    EXPECT_EQ(conninfo("it's \\ here"), "dbname='it\\'s \\\\ here'");
}

TEST(connection_options, a_conninfo_string_comes_after_the_single_settings) {
    EXPECT_EQ(conninfo("dbname=shop port=7", "db 1", "", "ann"),
              "host='db 1' user='ann' dbname=shop port=7");
}

TEST(connection_options, a_uri_goes_through_as_it_is_and_takes_no_other_settings) {
    EXPECT_EQ(conninfo("postgresql://ann@db/shop?sslmode=require"),
              "postgresql://ann@db/shop?sslmode=require");
    EXPECT_THROW((void)conninfo("postgres://db/shop", "elsewhere"), error);
}

TEST(repository_argument, a_url_stays_and_a_path_becomes_one) {
    EXPECT_EQ(repository_url("file:///backup/shop"), "file:///backup/shop");
    EXPECT_EQ(repository_url("s3://bucket/x?region=eu"), "s3://bucket/x?region=eu");
    EXPECT_EQ(repository_url("/backup/my shop"), "file:///backup/my%20shop");
    EXPECT_EQ(repository_url("/b/100%"), "file:///b/100%25");
    EXPECT_EQ(repository_url("/b/größe"), "file:///b/gr%C3%B6%C3%9Fe");
}

TEST(repository_argument, a_relative_path_starts_at_the_working_directory) {
    EXPECT_EQ(repository_url("backup/../shop"),
              "file://" + (std::filesystem::current_path() / "shop").string());
}

TEST(repository_argument, a_name_may_stand_before_the_url) {
    EXPECT_EQ(parse_named_repository("off=file:///b").name, "off");
    EXPECT_EQ(parse_named_repository("off=file:///b").url, "file:///b");
    EXPECT_EQ(parse_named_repository("off=/b").url, "file:///b");
    EXPECT_EQ(parse_named_repository("file:///b=c").name, "main");
    EXPECT_EQ(parse_named_repository("/b=c").url, "file:///b%3Dc");
}

TEST(repository_argument, an_empty_one_is_a_usage_error) {
    EXPECT_THROW((void)repository_url(""), error);
    EXPECT_THROW((void)parse_named_repository("=file:///b"), error);
    EXPECT_THROW((void)parse_named_repository("main="), error);
}

TEST(exit_status, check_says_1_only_when_the_schema_is_known_not_to_fit) {
    EXPECT_EQ(check_status_of(error_code::requirement), exit_status::failure);
    EXPECT_EQ(check_status_of(error_code::connection), exit_status::usage);
    EXPECT_EQ(check_status_of(error_code::not_installed), exit_status::usage);
    EXPECT_EQ(check_status_of(error_code::wrong_component), exit_status::usage);
    EXPECT_EQ(check_status_of(error_code::database), exit_status::usage);
}

TEST(exit_status, each_kind_of_failure_has_the_documented_code) {
    EXPECT_EQ(static_cast<int>(status_of(error_code::database)), 1);
    EXPECT_EQ(static_cast<int>(status_of(error_code::repository)), 1);
    EXPECT_EQ(static_cast<int>(status_of(error_code::usage)), 2);
    EXPECT_EQ(static_cast<int>(status_of(error_code::connection)), 2);
    EXPECT_EQ(static_cast<int>(status_of(error_code::damaged)), 3);
    EXPECT_EQ(static_cast<int>(status_of(error_code::refused)), 4);
    EXPECT_EQ(static_cast<int>(status_of(error_code::not_found)), 5);
    EXPECT_EQ(static_cast<int>(status_of(error_code::wrong_component)), 6);
    EXPECT_EQ(static_cast<int>(status_of(error_code::not_installed)), 6);
    EXPECT_EQ(static_cast<int>(status_of(error_code::cancelled)), 130);
}

}  // namespace chronos::ctl

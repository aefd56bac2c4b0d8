#include "connection/server_error.hpp"

#include <gtest/gtest.h>

namespace chronos::internal {
namespace {

TEST(server_error, a_printed_report_is_taken_apart) {
    const auto report = parse_report(
        "ERROR:  42P01: relation \"x\" does not exist\nLINE 1: SELECT * FROM x\n                   "
        "   ^\n"
        "DETAIL:  First.\nSecond.\nHINT:  Create it.\nCONTEXT:  somewhere\n");
    EXPECT_EQ(report.severity, "ERROR");
    EXPECT_EQ(report.sqlstate, "42P01");
    EXPECT_EQ(parse_report("FATAL:  role: no").message, "role: no");
    EXPECT_EQ(report.message, "relation \"x\" does not exist");
    EXPECT_EQ(report.detail, "First.\nSecond.");
    EXPECT_EQ(report.hint, "Create it.");
}

TEST(server_error, states_become_the_codes_that_a_program_acts_on) {
    EXPECT_EQ(code_of_sqlstate("57014"), error_code::cancelled);
    EXPECT_EQ(code_of_sqlstate("55P03"), error_code::busy);
    EXPECT_EQ(code_of_sqlstate("28P01"), error_code::connection);
    EXPECT_EQ(code_of_sqlstate("42501"), error_code::permission);
    EXPECT_EQ(code_of_sqlstate("42P01"), error_code::database);
    EXPECT_EQ(code_of_sqlstate("CH001"), error_code::requirement);
}

TEST(server_error, the_allowing_line_has_the_address_the_server_saw) {
    const auto failure = connection_error(
        {"FATAL:  no pg_hba.conf entry for host \"192.0.2.7\", user \"bob\", database \"shop\", no "
         "encryption",
         "db.example", "198.51.100.1", "5432", "bob", "shop"});
    EXPECT_NE(failure.hint().find("host  \"shop\"  \"bob\"  192.0.2.7/32  scram-sha-256"),
              std::string::npos)
        << failure.hint();
    const auto six =
        connection_error({"FATAL:  pg_hba.conf rejects connection for host \"2001:db8::1\"", "h",
                          "", "5432", "bob", "shop"});
    EXPECT_NE(six.hint().find("2001:db8::1/128"), std::string::npos) << six.hint();
}

TEST(server_error, the_allowing_line_asks_no_password_of_the_same_user_over_a_socket) {
    const std::string refused = "FATAL:  pg_hba.conf rejects connection for host \"[local]\"";
    const auto same =
        connection_error({refused, "/run", "", "5432", "postgres", "shop", "postgres"});
    EXPECT_NE(same.hint().find("local  \"shop\"  \"postgres\"  peer"), std::string::npos)
        << same.hint();
    const auto other = connection_error({refused, "/run", "", "5432", "bob", "shop", "postgres"});
    EXPECT_NE(other.hint().find("local  \"shop\"  \"bob\"  scram-sha-256"), std::string::npos)
        << other.hint();
}

}  // namespace
}  // namespace chronos::internal

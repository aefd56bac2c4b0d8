// The parts of a compose file by themselves: variables, mounts, images, files of variables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/compose.hpp"
#include "compose/image.hpp"
#include "compose/mount.hpp"
#include "compose/tree.hpp"

namespace {

using testing::ElementsAre;
namespace compose = chronos::internal::compose;

TEST(compose_parts, variables_are_put_in_as_compose_does_it) {
    const compose::variables known{{"A", "1"}, {"EMPTY", ""}};
    const std::vector<std::pair<const char*, const char*>> cases{{"$A", "1"},
                                                                 {"${A}x", "1x"},
                                                                 {"${B:-two}", "two"},
                                                                 {"${B-two}", "two"},
                                                                 {"${EMPTY:-x}", "x"},
                                                                 {"${EMPTY-x}", ""},
                                                                 {"${A:+y}", "y"},
                                                                 {"${B:+y}", ""},
                                                                 {"$$A", "$A"},
                                                                 {"${B:-${A}}", "1"},
                                                                 {"${B:-a:b}", "a:b"},
                                                                 {"cost: 5$", "cost: 5$"},
                                                                 {"${B:-${C:-d}}-e", "d-e"}};
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(compose::interpolate(text, known).text, expected) << text;
        EXPECT_FALSE(compose::interpolate(text, known).unresolved) << text;
    }
    EXPECT_TRUE(compose::interpolate("${B}", known).unresolved);
    EXPECT_TRUE(compose::interpolate("${B:?must be set}", known).unresolved);
}

TEST(compose_parts, mounts_are_read_in_their_short_form) {
    EXPECT_THAT(compose::parts_of("${DIR:-./data}:/var/lib/postgresql/data:ro"),
                ElementsAre("${DIR:-./data}", "/var/lib/postgresql/data", "ro"));
    EXPECT_THAT(compose::parts_of("C:\\data:/data"), ElementsAre("C:\\data", "/data"));
    EXPECT_EQ(compose::clean_path("/a//b/./../c/"), "/a/c");
    EXPECT_FALSE(compose::is_within("/var/lib/postgresql2", "/var/lib/postgresql"));
}

TEST(compose_parts, images_of_others_are_not_taken_for_postgres) {
    EXPECT_FALSE(compose::recognise_image("someone/postgres:16"));
    EXPECT_FALSE(compose::recognise_image("postgrest/postgrest"));
    EXPECT_FALSE(compose::recognise_image("prom/postgres-exporter"));
    EXPECT_FALSE(compose::recognise_image(""));
    ASSERT_TRUE(compose::recognise_image("localhost:5000/postgres:16"));
    EXPECT_EQ(compose::recognise_image("timescale/timescaledb:2.14.2-pg15")->major, 15);
    EXPECT_EQ(compose::recognise_image("postgres:9.6")->major, 9);
    EXPECT_EQ(compose::recognise_image("timescale/timescaledb:2.14.2")->major, std::nullopt);
}

TEST(compose_parts, a_file_of_variables_is_read) {
    const auto read = chronos::read_environment_file(
        "# comment\nA=1\nexport B = two # said\nC=\"x # y\"\nD='z'\n\nnonsense\nE=\n");
    EXPECT_EQ(read, (std::map<std::string, std::string>{
                        {"A", "1"}, {"B", "two"}, {"C", "x # y"}, {"D", "z"}, {"E", ""}}));
    EXPECT_EQ(chronos::compose_project_name("My.Shop_2-x"), "myshop_2-x");
    EXPECT_EQ(chronos::compose_project_name("_-a"), "a");
}

}  // namespace

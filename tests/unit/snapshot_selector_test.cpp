#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/error.hpp"
#include "chronos/repository.hpp"

namespace chronos {
namespace {

using testing::HasSubstr;

snapshot_summary snapshot(const std::string& day, const std::string& label,
                          std::optional<std::int64_t> version,
                          const std::string& database = "app") {
    snapshot_summary made;
    made.id = "202611" + day + "T120000Z-000000" + day;
    made.label = label;
    made.created_at = *parse_timestamp("2026-11-" + day + "T12:00:00Z");
    made.database = database;
    made.version = version;
    return made;
}

const std::vector<snapshot_summary> kThree = {
    snapshot("01", "first", 10), snapshot("02", "nightly", 20), snapshot("03", "", 20)};

std::string chosen(const snapshot_selector& selector,
                   const std::vector<snapshot_summary>& from = kThree) {
    try {
        return selector.choose(from).id.substr(6, 2);
    } catch (const error& problem) {
        return std::string(to_string(problem.code())) + ": " + problem.what() + " " +
               problem.detail();
    }
}

TEST(snapshot_selector, latest_is_the_newest) {
    EXPECT_EQ(chosen(snapshot_selector::latest()), "03");
    EXPECT_EQ(chosen(snapshot_selector::named("latest")), "03");
}

TEST(snapshot_selector, a_name_is_an_id_a_label_or_the_beginning_of_one_id) {
    EXPECT_EQ(chosen(snapshot_selector::named("20261102T120000Z-00000002")), "02");
    EXPECT_EQ(chosen(snapshot_selector::named("nightly")), "02");
    EXPECT_EQ(chosen(snapshot_selector::named("20261101")), "01");
}

TEST(snapshot_selector, a_name_of_several_is_an_error_that_lists_them) {
    const std::string message = chosen(snapshot_selector::named("202611"));
    EXPECT_THAT(message, HasSubstr("usage: several snapshots"));
    EXPECT_THAT(message, HasSubstr("20261103T120000Z-00000003"));
    auto twice = kThree;
    twice[2].label = "nightly";
    EXPECT_THAT(chosen(snapshot_selector::named("nightly"), twice), HasSubstr("usage: several"));
}

TEST(snapshot_selector, a_name_of_none_is_an_error_that_lists_the_newest) {
    const std::string message = chosen(snapshot_selector::named("weekly"));
    EXPECT_THAT(message, HasSubstr("not_found: snapshot \"weekly\" does not exist"));
    EXPECT_THAT(message, HasSubstr("20261103T120000Z-00000003"));
    EXPECT_THAT(chosen(snapshot_selector::latest(), {}), HasSubstr("holds no snapshot"));
}

TEST(snapshot_selector, before_a_version_is_the_newest_with_a_lower_one) {
    EXPECT_EQ(chosen(snapshot_selector::before_version(21)), "03");
    EXPECT_EQ(chosen(snapshot_selector::before_version(20)), "01");
    EXPECT_THAT(chosen(snapshot_selector::before_version(10)), HasSubstr("not_found: no snapshot"));
    EXPECT_THAT(chosen(snapshot_selector::before_version(10)),
                HasSubstr("The oldest are: 20261101"));
    EXPECT_THAT(chosen(snapshot_selector::before_version(99), {snapshot("01", "", std::nullopt)}),
                HasSubstr("not_found"));
}

TEST(snapshot_selector, at_a_time_is_the_newest_that_was_taken_by_then) {
    const auto at = [](const char* text) {
        return chosen(snapshot_selector::at(*parse_timestamp(text)));
    };
    EXPECT_EQ(at("2026-11-02 12:00:00"), "02");
    EXPECT_EQ(at("2026-11-02 11:59:59.999999"), "01");
    EXPECT_EQ(at("2030-01-01"), "03");
    EXPECT_THAT(at("2026-11-01"), HasSubstr("not_found"));
}

TEST(snapshot_selector, never_guesses_which_of_several_databases_is_meant) {
    auto mixed = kThree;
    mixed.push_back(snapshot("04", "nightly", 3, "other"));
    EXPECT_THAT(chosen(snapshot_selector::latest(), mixed),
                HasSubstr("usage: the repository holds"));
    EXPECT_EQ(chosen(snapshot_selector::latest().of_database("app"), mixed), "03");
    EXPECT_EQ(chosen(snapshot_selector::named("nightly").of_database("other"), mixed), "04");
    EXPECT_EQ(chosen(snapshot_selector::named("20261104"), mixed), "04");
    EXPECT_THAT(chosen(snapshot_selector::latest().of_database("third"), mixed),
                HasSubstr("not_found"));
}

TEST(snapshot_selector, does_not_silently_take_an_older_one_than_a_damaged_one) {
    auto damaged = kThree;
    damaged[2].damage = "its checksum does not fit";
    damaged[2].database.clear();
    damaged[2].version.reset();
    EXPECT_THAT(chosen(snapshot_selector::latest(), damaged), HasSubstr("damaged: snapshot"));
    EXPECT_THAT(chosen(snapshot_selector::before_version(99), damaged), HasSubstr("damaged"));
    EXPECT_THAT(chosen(snapshot_selector::named("20261103"), damaged), HasSubstr("damaged"));
    EXPECT_EQ(chosen(snapshot_selector::named("nightly"), damaged), "02");
    EXPECT_EQ(chosen(snapshot_selector::at(*parse_timestamp("2026-11-02 13:00")), damaged), "02");
}

}  // namespace
}  // namespace chronos

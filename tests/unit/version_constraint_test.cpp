#include "core/version_constraint.hpp"

#include <gtest/gtest.h>

#include <map>

namespace chronos::core {
namespace {

const std::string kFingerprint = "3f2a9b1c" + std::string(56, '0');

// Version 42; version 40 is labelled "before", version 42 "release 7" and "ae1027a6".
schema_state at_42() {
    static const std::map<std::string, std::int64_t, std::less<>> labels = {
        {"before", 40}, {"release 7", 42}, {"ae1027a6", 42}, {"1234", 40}, {"it's", 42}};
    return {42, kFingerprint, [](std::string_view name) -> std::optional<std::int64_t> {
                const auto found = labels.find(name);
                return found == labels.end() ? std::nullopt : std::optional(found->second);
            }};
}

bool holds(std::string_view text) { return version_constraint::parse(text).holds(at_42()); }

std::string refusal(std::string_view text) {
    try {
        (void)version_constraint::parse(text);
    } catch (const constraint_error& error) {
        return error.what();
    }
    return "";
}

TEST(version_constraint, compares_numbers) {
    for (const char* yes :
         {"42", "=42", "==42", "= 42", ">=42", "<=42", ">41", "<43", "!=41", "<>41"}) {
        EXPECT_TRUE(holds(yes)) << yes;
    }
    for (const char* no : {"41", "=43", ">=43", "<=41", ">42", "<42", "!=42", "<> 42"}) {
        EXPECT_FALSE(holds(no)) << no;
    }
}

TEST(version_constraint, wants_every_term_to_hold) {
    EXPECT_TRUE(holds(">=41 <50"));
    EXPECT_TRUE(holds(">=41,<50"));
    EXPECT_TRUE(holds(" >= 41 , < 50 "));
    EXPECT_TRUE(holds(">=41<50"));
    EXPECT_FALSE(holds(">=41 <42"));
    EXPECT_FALSE(holds(">=43 <50"));
}

TEST(version_constraint, a_label_stands_for_its_version) {
    EXPECT_TRUE(holds("'release 7'"));
    EXPECT_TRUE(holds("label:\"release 7\""));
    EXPECT_TRUE(holds(">before"));
    EXPECT_TRUE(holds(">=before <='release 7'"));
    EXPECT_FALSE(holds("before"));
    EXPECT_TRUE(holds("'it''s'"));
    EXPECT_TRUE(holds(">label:1234"));
    EXPECT_TRUE(holds(">'1234'"));
}

TEST(version_constraint, an_unknown_label_is_satisfied_by_nothing) {
    EXPECT_FALSE(holds("nowhere"));
    EXPECT_FALSE(holds("!=nowhere"));
    EXPECT_FALSE(holds(">nowhere"));
    EXPECT_EQ(version_constraint::parse(">=42 nowhere").unknown_label(at_42()), "nowhere");
    EXPECT_EQ(version_constraint::parse(">=42 before").unknown_label(at_42()), std::nullopt);
    EXPECT_EQ(version_constraint::parse("3F2A9B1C").unknown_label(at_42()), std::nullopt);
}

TEST(version_constraint, a_fingerprint_may_be_cut_to_eight_digits) {
    EXPECT_TRUE(holds("3f2a9b1c"));
    EXPECT_TRUE(holds("3F2A9B1C000"));
    EXPECT_TRUE(holds(kFingerprint));
    EXPECT_TRUE(holds("fingerprint:3f2a9b1c"));
    EXPECT_FALSE(holds("3f2a9b1d"));
    EXPECT_FALSE(holds("!=3f2a9b1c"));
    EXPECT_TRUE(holds("!=3f2a9b1d"));
    EXPECT_FALSE(holds("3f2a9b1"));
}

TEST(version_constraint, a_label_of_hexadecimal_digits_goes_before_a_fingerprint) {
    EXPECT_TRUE(holds("ae1027a6"));
    EXPECT_FALSE(holds("fingerprint:ae1027a6"));
}

TEST(version_constraint, a_database_without_versions_satisfies_no_fingerprint) {
    const schema_state empty;
    EXPECT_FALSE(version_constraint::parse("!=3f2a9b1c").holds(empty));
    EXPECT_FALSE(version_constraint::parse(">=1").holds(empty));
    EXPECT_TRUE(version_constraint::parse("=0").holds(empty));
}

TEST(version_constraint, says_what_it_cannot_read) {
    EXPECT_EQ(refusal(""), "the requirement is empty");
    EXPECT_EQ(refusal(" \t"), "the requirement is empty");
    EXPECT_EQ(refusal(">="), "a version is missing at the end of the requirement");
    EXPECT_EQ(refusal(">=42,"), "a version is missing at the end of the requirement");
    EXPECT_EQ(refusal(">=,42"), "a version was expected, but found \",42\"");
    EXPECT_EQ(refusal("=>42"), "a version was expected, but found \">42\"");
    EXPECT_EQ(refusal("label:"), "a version was expected, but found the end");
    EXPECT_EQ(refusal("'open"), "a closing ' is missing");
    EXPECT_EQ(refusal("''"), "a label cannot be empty");
    EXPECT_EQ(refusal("99999999999999999999"), "version number 99999999999999999999 is too large");
    EXPECT_EQ(refusal("fingerprint:xyz"),
              "fingerprint \"xyz\" must have 8 to 64 hexadecimal digits");
    EXPECT_EQ(refusal("<fingerprint:3f2a9b1c"),
              "fingerprints have no order: only = and != can be asked");
}

}  // namespace
}  // namespace chronos::core

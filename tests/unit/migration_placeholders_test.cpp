#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chronos/error.hpp"
#include "migrations/layout.hpp"
#include "migrations/placeholders.hpp"

namespace chronos::internal {
namespace {

using testing::HasSubstr;

script sql(std::string text) { return {"0001_a.sql", std::move(text), true}; }

std::string filled(std::string text, const placeholders& with) {
    return filled_in(sql(std::move(text)), with).text;
}

std::string refusal(std::string text, const placeholders& with) {
    try {
        (void)filled(std::move(text), with);
    } catch (const error& failure) {
        return std::string(failure.what()) + " / " + failure.hint();
    }
    return "no error";
}

placeholders values(std::map<std::string, std::string> of, bool demands_all = false) {
    return {std::move(of), demands_all, nullptr};
}

placeholders environment(std::map<std::string, std::string> of) {
    placeholders with;
    with.environment = [of = std::move(of)](const std::string& name) {
        const auto found = of.find(name);
        return found == of.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
    return with;
}

TEST(Placeholders, StandForTheirValuesWhereverTheyAre) {
    EXPECT_EQ(
        filled("CREATE TABLE ${s}.${t} (a int); -- ${s}", values({{"s", "shop"}, {"t", "x"}})),
        "CREATE TABLE shop.x (a int); -- shop");
}

TEST(Placeholders, OfUnknownNamesStayUnlessAllAreDemanded) {
    const auto some = values({{"a", "1"}});
    EXPECT_EQ(filled("SELECT '${a} ${b} ${ c } ${} ${', $$${x}$$", some),
              "SELECT '1 ${b} ${ c } ${} ${', $$${x}$$");
    EXPECT_THAT(refusal("SELECT 1;\nSELECT '${b}'", values({}, true)),
                testing::AllOf(HasSubstr("0001_a.sql:2: no value for the placeholder ${b}"),
                               HasSubstr("--placeholder b=VALUE"), HasSubstr("--no-placeholders")));
}

TEST(Placeholders, AreNotFilledInTwice) {
    EXPECT_EQ(filled("${a}", values({{"a", "${b}"}, {"b", "2"}})), "${b}");
}

TEST(Placeholders, KnowTheFileAsFlywayDoes) {
    auto what = script{"more/V1__a.sql", "SELECT '${flyway:filename}'", true};
    EXPECT_EQ(filled_in(what, values({}, true)).text, "SELECT 'V1__a.sql'");
}

TEST(Placeholders, LeaveScriptsAloneThatHaveNone) {
    const auto what = sql("SELECT $1, $$a$$, '$'\n");
    EXPECT_EQ(filled_in(what, values({{"a", "b"}})), what);
    EXPECT_EQ(filled_in(what, environment({{"a", "b"}})), what);
}

TEST(Environment, IsReadOnlyWhereGooseIsTold) {
    const auto with = environment({{"ROLE", "app"}, {"EMPTY", ""}});
    EXPECT_EQ(filled("SELECT '$ROLE';\n-- +goose ENVSUB ON\nSELECT '$ROLE', '${ROLE}x', "
                     "'${EMPTY:-none}', '${NO}', $1, $$;\n-- +goose ENVSUB OFF\nSELECT '$ROLE';",
                     with),
              "SELECT '$ROLE';\n-- +goose ENVSUB ON\nSELECT 'app', 'appx', 'none', '', $1, $$;\n"
              "-- +goose ENVSUB OFF\nSELECT '$ROLE';");
    EXPECT_THAT(refusal("-- +goose ENVSUB ON\nSELECT '${ROLE?x}'", with),
                HasSubstr("0001_a.sql:2: cannot read"));
}

TEST(Environment, StaysOnFromOneSectionToTheNext) {
    file_tree tree;
    tree.paths = {"0001_a.sql"};
    tree.read = [](const std::string&) {
        return std::string(
            "-- +goose ENVSUB ON\n-- +goose Up\nCREATE TABLE $NAME (a int);\n"
            "-- +goose Down\nDROP TABLE $NAME;\n");
    };
    const auto with = environment({{"NAME", "t"}});
    const auto one = read_layout(tree).migrations.at(0);
    EXPECT_THAT(filled_in(one.up, with).text, HasSubstr("CREATE TABLE t (a int);"));
    EXPECT_THAT(filled_in(one.down.value(), with).text, HasSubstr("DROP TABLE t;"));
}

}  // namespace
}  // namespace chronos::internal

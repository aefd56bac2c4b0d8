#include <gtest/gtest.h>

#include "chronos/components.hpp"
#include "chronos/error.hpp"
#include "chronos/version.hpp"

namespace chronos {

namespace {

component_versions parts(const std::string& extension, const std::string& module,
                         const std::string& library, const std::string& available = "") {
    component_versions result;
    result.extension = extension;
    result.module = module;
    result.library = library;
    result.available = available;
    return result;
}

component_mismatch only(const component_versions& components) {
    const auto found = mismatches(components);
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? component_mismatch{} : found.front();
}

}  // namespace

TEST(fingerprint, reads_what_it_writes_in_either_case) {
    const std::string hex(64, 'a');
    EXPECT_EQ(fingerprint(hex).hex(), hex);
    EXPECT_EQ(fingerprint(std::string(64, 'A')), fingerprint(hex));
    EXPECT_EQ(fingerprint("0f" + std::string(62, '1')).brief(), "0f1111111111");
    EXPECT_EQ(fingerprint().hex(), std::string(64, '0'));
}

TEST(fingerprint, anything_else_is_a_usage_error) {
    EXPECT_THROW(fingerprint(""), error);
    EXPECT_THROW(fingerprint(std::string(63, 'a')), error);
    EXPECT_THROW(fingerprint(std::string(63, 'a') + "g"), error);
    EXPECT_THROW(fingerprint(std::string(66, 'a')), error);
}

TEST(schema_version, prints_with_its_labels) {
    schema_version version;
    version.number = 42;
    EXPECT_EQ(fmt::format("{}", version), "version 42");
    version.labels = {"release 1.0", "alembic:3f2a"};
    EXPECT_EQ(fmt::format("{:>41}", version), "   version 42 (release 1.0, alembic:3f2a)");
}

TEST(components, equal_versions_fit) {
    EXPECT_TRUE(mismatches(parts("1.2.3", "1.2.3", "1.2.3")).empty());
    EXPECT_TRUE(mismatches(parts("", "", "1.2.3")).empty());
}

TEST(components, a_patch_release_of_the_library_fits) {
    EXPECT_TRUE(mismatches(parts("0.1.0", "0.1.0", "0.1.7")).empty());
    EXPECT_TRUE(mismatches(parts("1.2.0", "1.2.0", "1.4.1")).empty());
}

TEST(components, before_1_0_a_minor_release_does_not_fit) {
    EXPECT_TRUE(only(parts("0.1.0", "0.1.0", "0.2.0")).fatal);
    EXPECT_TRUE(only(parts("1.9.0", "1.9.0", "2.0.0")).fatal);
}

TEST(components, an_older_extension_is_updated_by_sql_once_the_package_is_new) {
    const auto updatable = only(parts("0.1.0", "", "0.2.0", "0.2.0"));
    EXPECT_EQ(
        updatable.message,
        "extension \"chronos\" is of version 0.1.0, older than this library of version 0.2.0");
    EXPECT_EQ(updatable.hint, "Run ALTER EXTENSION chronos UPDATE in this database.");
    const auto old_package = only(parts("0.1.0", "", "0.2.0", "0.1.0"));
    EXPECT_NE(old_package.hint.find("Upgrade the package"), std::string::npos);
}

TEST(components, an_older_library_is_upgraded_where_it_runs) {
    const auto found = only(parts("0.10.0", "", "0.9.0"));
    EXPECT_EQ(
        found.message,
        "this library is of version 0.9.0, older than extension \"chronos\" of version 0.10.0");
    EXPECT_EQ(found.hint, "Upgrade libchronos and chronosctl on this machine.");
}

TEST(components, a_module_older_than_its_sql_is_fatal_and_a_newer_one_is_not) {
    const auto old_module = only(parts("0.1.1", "0.1.0", "0.1.1"));
    EXPECT_TRUE(old_module.fatal);
    EXPECT_NE(old_module.message.find("chronos.so is of version 0.1.0, older"), std::string::npos);
    const auto new_module = only(parts("0.1.0", "0.1.1", "0.1.1"));
    EXPECT_FALSE(new_module.fatal);
    EXPECT_EQ(new_module.hint, "Run ALTER EXTENSION chronos UPDATE in this database.");
}

TEST(components, a_version_that_is_no_number_fits_only_itself) {
    EXPECT_TRUE(mismatches(parts("dev", "dev", "dev")).empty());
    EXPECT_FALSE(mismatches(parts("dev", "dev", "0.1.0")).empty());
    EXPECT_FALSE(mismatches(parts("0.1", "0.1", "0.1.0")).empty());
    EXPECT_FALSE(mismatches(parts("0.1.0x", "0.1.0x", "0.1.0")).empty());
}

}  // namespace chronos

// The parts of restore.sh that need no server; the rest is in tests/cluster/rescue_test.cpp.
#include "repository/rescue_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "chronos/repository.hpp"
#include "repository/hash.hpp"
#include "repository/storage.hpp"
#include "unit/sample_manifest.hpp"
#include "unit/temporary_directory.hpp"

namespace chronos::internal {
namespace {

using testing::HasSubstr;

class rescue_files : public testing::Test {
  protected:
    rescue_files() {
        repository::init(repo());
        writing_session session({repo()});
        session.commit(sample_manifest(session, sample_id(1), {"one", "two"}, "it's \"quoted\""));
    }

    [[nodiscard]] std::string repo() const { return place_ / "a repository"; }
    [[nodiscard]] std::string object(const std::string& plain) const {
        return repo() + "/" + object_key(sha256_hex(plain));
    }
    int script(const std::string& arguments) {
        const std::string command =
            "sh '" + repo() + "/restore.sh' " + arguments + " >'" + (place_ / "output") + "' 2>&1";
        const int status = std::system(command.c_str());
        std::ostringstream text;
        text << std::ifstream(place_ / "output").rdbuf();
        output_ = text.str();
        return WEXITSTATUS(status);
    }

    temporary_directory place_;
    std::string output_;
};

TEST_F(rescue_files, are_in_every_repository) {
    std::ostringstream format;
    format << std::ifstream(repo() + "/FORMAT.md").rdbuf();
    EXPECT_EQ(format.str(), format_description());
    std::ostringstream text;
    text << std::ifstream(repo() + "/restore.sh").rdbuf();
    EXPECT_EQ(text.str(), rescue_script());
}

TEST_F(rescue_files, list_and_verify_snapshots) {
    EXPECT_EQ(script("list"), 0);
    EXPECT_THAT(output_, HasSubstr(sample_id(1)));
    EXPECT_THAT(output_, HasSubstr("app"));
    EXPECT_EQ(script("verify latest"), 0);
    EXPECT_THAT(output_, HasSubstr("6 objects, 0 damaged"));
    EXPECT_EQ(script("verify " + sample_id(1)), 0);
    EXPECT_EQ(script("roles latest"), 0);
    EXPECT_EQ(output_, "CREATE ROLE app;\n");
}

TEST_F(rescue_files, name_every_damaged_object) {
    std::filesystem::remove(object("one"));
    std::filesystem::resize_file(object("two"), 3);
    EXPECT_EQ(script("verify latest"), 1);
    EXPECT_THAT(output_, HasSubstr("missing: " + sha256_hex("one")));
    EXPECT_THAT(output_, HasSubstr("damaged: " + sha256_hex("two")));
}

TEST_F(rescue_files, refuse_a_damaged_manifest) {
    const std::string file = repo() + "/snapshots/" + sample_id(1) + ".json";
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    std::string altered = text.str();
    altered.replace(altered.find("\"app\""), 5, "\"apq\"");
    std::ofstream(file) << altered;
    EXPECT_EQ(script("verify latest"), 1);
    EXPECT_THAT(output_, HasSubstr("manifest of " + sample_id(1) + " is damaged"));
}

TEST_F(rescue_files, refuse_what_is_no_snapshot) {
    EXPECT_EQ(script("verify ../../etc/passwd"), 1);
    EXPECT_THAT(output_, HasSubstr("not the id"));
    EXPECT_EQ(script("verify 20261123T041932Z-00000000"), 1);
    EXPECT_THAT(output_, HasSubstr("there is no snapshot"));
    EXPECT_EQ(script("verify"), 2);
    EXPECT_EQ(script("destroy"), 2);
}

}  // namespace
}  // namespace chronos::internal

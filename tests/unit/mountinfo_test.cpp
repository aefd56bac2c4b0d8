// The tables of mounts in tests/mountinfo: each file says in comments where it is from (recorded as
// it is, or composed out of what the source shows), which path is judged, and what the verdict must
// be.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "core/storage.hpp"

namespace chronos::core {
namespace {

struct recording {
    std::map<std::string, std::string> comments;
    std::string mounts;
};

recording read(const std::filesystem::path& file) {
    recording result;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("# ") && colon != std::string::npos) {
            result.comments[line.substr(2, colon - 2)] = line.substr(colon + 2);
        } else {
            result.mounts += line + "\n";
        }
    }
    return result;
}

surroundings signs_of(const recording& one) {
    const auto found = one.comments.find("signs");
    const std::string signs = found == one.comments.end() ? "" : found->second;
    return {signs == "container file", signs == "kubernetes"};
}

std::string verdict_on(const recording& one) {
    const mount_table table = mount_table::parse(one.mounts);
    const storage_verdict found = judge_storage(table, signs_of(one), one.comments.at("path"));
    std::ostringstream text;
    text << name_of(found.kind) << ", " << name_of(found.how_sure);
    if (!found.volume.empty()) text << ", volume " << found.volume;
    if (const mount* const decoy = find_misplaced_mount(table, found); decoy != nullptr) {
        text << ", misplaced " << decoy->point;
    }
    return text.str();
}

TEST(Mountinfo, every_recorded_and_composed_table_has_its_verdict) {
    const char* const stage = std::getenv("CHRONOS_STAGE");
    if (stage == nullptr) GTEST_SKIP() << "CHRONOS_STAGE is not set";
    int recorded = 0;
    int composed = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(stage) + "/tests/tests/mountinfo")) {
        SCOPED_TRACE(file.path().filename().string());
        const recording one = read(file.path());
        ASSERT_TRUE(one.comments.contains("path") && one.comments.contains("expected"));
        EXPECT_NE(one.comments.contains("recorded"), one.comments.contains("composed"));
        ++(one.comments.contains("recorded") ? recorded : composed);
        EXPECT_EQ(verdict_on(one), one.comments.at("expected"));
    }
    EXPECT_GE(recorded, 10);
    EXPECT_GE(composed, 15);
}

}  // namespace
}  // namespace chronos::core

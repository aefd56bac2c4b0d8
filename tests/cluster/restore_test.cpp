#include "chronos/restore.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "chronos/snapshot.hpp"
#include "cluster/cluster.hpp"

namespace chronos::test {
namespace {

std::string odd_schema() {
    const char* stage = std::getenv("CHRONOS_STAGE");
    std::ostringstream text;
    text << std::ifstream(std::string(stage == nullptr ? "" : stage) +
                          "/tests/tests/cluster/odd_schema.sql")
                .rdbuf();
    return text.str();
}

// What pg_dump prints, without the lines that differ from run to run.
std::string dump_of(cluster& server, const std::string& database) {
    std::istringstream dump(server.run("pg_dump", "", database));
    std::string result;
    for (std::string line; std::getline(dump, line);) {
        if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) {
            result += line + "\n";
        }
    }
    return result;
}

// A database, a repository and a snapshot of the one in the other.
class restoring : public testing::Test {
  protected:
    cluster& server_ = cluster::shared();
    std::string source_ = server_.create_database();
    scratch place_;
    std::string url_ = place_.path("repository");

    void SetUp() override { repository::init(url_); }

    snapshot_result snapshot() {
        snapshot_options options;
        options.repositories = {url_};
        return take_snapshot(server_.conninfo(source_), options);
    }

    restore_options into(const std::string& database) {
        restore_options options;
        options.repository = url_;
        options.target = server_.conninfo(database);
        return options;
    }
};

TEST_F(restoring, a_database_with_every_odd_thing_comes_back_identical) {
    server_.execute(source_, odd_schema());
    const auto taken = snapshot();
    EXPECT_EQ(taken.warnings.size(), 1U) << "only the unlogged table";
    const auto target = server_.create_database();
    auto options = into(target);
    options.compare = true;
    const auto restored = restore_snapshot(options);
    EXPECT_EQ(restored.snapshot, taken.id);
    EXPECT_EQ(restored.rows, taken.rows);
    EXPECT_TRUE(restored.compared);
    EXPECT_TRUE(restored.warnings.empty()) << restored.warnings.front();
    server_.execute(source_, "TRUNCATE forgotten");
    EXPECT_EQ(dump_of(server_, target), dump_of(server_, source_));
    EXPECT_EQ(server_.ask(target, "SELECT n FROM a_second"), "1001");
}

}  // namespace
}  // namespace chronos::test

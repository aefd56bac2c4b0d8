#include "chronos/snapshot.hpp"

#include "chronos/repository.hpp"
#include "chronos/verify.hpp"
#include "cluster/cluster.hpp"

namespace chronos::test {
namespace {

TEST(snapshot, a_database_without_the_extension_can_be_taken) {
    auto& server = cluster::shared();
    const auto name = server.create_database();
    server.execute(
        name,
        "CREATE TABLE a AS SELECT i, md5(i::text) AS t FROM generate_series(1, 100000) i;"
        "CREATE TABLE empty(i int)");
    const scratch place;
    const auto url = place.path("repository");
    repository::init(url);
    snapshot_options options;
    options.repositories = {url};
    options.label = "first";
    const auto result = take_snapshot(server.conninfo(name), options);
    EXPECT_EQ(result.tables, 2U);
    EXPECT_EQ(result.rows, 100000U);
    EXPECT_FALSE(result.version);
    EXPECT_TRUE(result.warnings.empty());
    verify_options verify;
    verify.data = true;
    EXPECT_TRUE(verify_repository(repository::open(url), verify).intact());
}

}  // namespace
}  // namespace chronos::test

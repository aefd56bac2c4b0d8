// The gate as a program meets it that knows nothing of libchronos; and contracts, which do.
#include <pqxx/pqxx>

#include "chronos/connection.hpp"
#include "chronos/contract.hpp"
#include "cluster/cluster.hpp"

namespace chronos::test {
namespace {

std::string new_shop() {
    auto& server = cluster::shared();
    const auto name = server.create_database();
    server.execute(name,
                   "CREATE EXTENSION chronos;"
                   "CREATE TABLE public.orders (id bigint NOT NULL, total numeric)");
    server.execute("postgres",
                   "ALTER DATABASE " + name + " SET session_preload_libraries = chronos");
    return name;
}

// The SQLSTATE of the first statement of a session that expects this; empty if it succeeds.
std::string first_statement(const std::string& database, const std::string& settings) {
    pqxx::connection session(cluster::shared().conninfo(database) + " options='" + settings + "'");
    pqxx::nontransaction work(session);
    try {
        const auto result = work.exec("SELECT count(*) FROM public.orders");
        EXPECT_EQ(result[0][0].as<int>(), 0);
        return {};
    } catch (const pqxx::sql_error& failure) {
        EXPECT_NE(std::string(failure.what()).find("does not satisfy"), std::string::npos);
        return std::string(failure.sqlstate());
    }
}

TEST(gate, lets_libpqxx_in_or_tells_it_why_not) {
    const auto shop = new_shop();
    EXPECT_EQ(first_statement(shop, "-c chronos.expect=>=1"), "");
    EXPECT_EQ(first_statement(shop, "-c chronos.expect=>=4000"), "CH001");
    EXPECT_EQ(first_statement(shop, "-c chronos.expect=>=1,<2"), "CH001");
}

TEST(gate, stops_a_transaction_of_libpqxx_when_the_schema_moves) {
    const auto shop = new_shop();
    const auto at = cluster::shared().ask(shop, "SELECT chronos.current_version()");
    pqxx::connection session(cluster::shared().conninfo(shop) + " options='-c chronos.expect=" +
                             at + " -c chronos.expect_mode=statement'");
    session.prepare("one", "SELECT 1");
    pqxx::work work(session);
    EXPECT_EQ(work.exec("SELECT 1")[0][0].as<int>(), 1);
    cluster::shared().execute(shop, "ALTER TABLE public.orders ADD note text");
    EXPECT_THROW(work.exec("SELECT 1"), pqxx::sql_error);
}

TEST(gate, is_open_to_the_library_which_asks_for_itself) {
    const auto shop = new_shop();
    connection database(cluster::shared().conninfo(shop) + " options='-c chronos.expect=>=4000'");
    EXPECT_GT(current_version(database).number, 0);
}

TEST(contract, is_made_kept_and_broken) {
    const auto shop = new_shop();
    connection database(cluster::shared().conninfo(shop));
    const contract made = make_contract(database, {{"public.orders"}, {}, "", "shop \"1\" ü"});
    EXPECT_EQ(made.name(), "shop \"1\" ü");
    EXPECT_EQ(require_contract(database, made), current_version(database));
    EXPECT_TRUE(contract_breaches(database, made).empty());
    cluster::shared().execute(shop, "ALTER TABLE public.orders DROP COLUMN total");
    const auto version = current_version(database);
    const auto failure = error_of([&] { require_contract(database, made); });
    EXPECT_EQ(failure.code(), error_code::requirement);
    EXPECT_NE(failure.detail().find("column total of public.orders is gone"), std::string::npos)
        << failure.detail();
    const auto breaches = contract_breaches(database, made);
    ASSERT_EQ(breaches.size(), 1U);
    EXPECT_EQ(breaches[0].problem, "missing");
    EXPECT_EQ(breaches[0].kind, "column");
    EXPECT_EQ(breaches[0].identity, "public.orders");
    EXPECT_EQ(breaches[0].part, "total");
    EXPECT_EQ(breaches[0].since, version.number);
    EXPECT_EQ(breaches[0].role, "postgres");
    EXPECT_EQ(breaches[0].committed_at, version.committed_at);
    EXPECT_EQ(fmt::format("{}", breaches[0]), breaches[0].message);
}

TEST(contract, that_cannot_be_read_or_made_is_told_apart) {
    const auto shop = new_shop();
    connection database(cluster::shared().conninfo(shop));
    EXPECT_EQ(error_of([] { contract("{"); }).code(), error_code::usage);
    EXPECT_EQ(error_of([] { contract("[]"); }).code(), error_code::usage);
    EXPECT_EQ(error_of([&] { require_contract(database, contract(R"({"tabels": {}})")); }).code(),
              error_code::usage);
    EXPECT_EQ(error_of([&] {
                  (void)make_contract(database, {{"public.nothing"}, {}, "", ""});
              }).code(),
              error_code::not_found);
    const auto empty = cluster::shared().create_database();
    connection bare(cluster::shared().conninfo(empty));
    EXPECT_EQ(error_of([&] { require_contract(bare, contract("{}")); }).code(),
              error_code::not_installed);
}

}  // namespace
}  // namespace chronos::test

#include "cluster/repository_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace chronos::test {
namespace {

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

TEST_F(restoring, a_database_that_is_not_empty_is_refused_and_left_alone) {
    server_.execute(source_, "CREATE TABLE a AS SELECT 1 AS i");
    snapshot();
    const auto target = server_.create_database();
    server_.execute(target, "CREATE TYPE precious AS ENUM ('x')");
    const auto failure = error_of([&] { (void)restore_snapshot(into(target)); });
    EXPECT_EQ(failure.code(), error_code::refused);
    EXPECT_NE(failure.detail().find("type public.precious"), std::string::npos) << failure.detail();
    EXPECT_EQ(server_.ask(target, "SELECT to_regclass('a') IS NULL"), "t");
}

TEST_F(restoring, create_makes_the_database_with_owner_encoding_settings_and_rights) {
    server_.execute("postgres", "CREATE ROLE shop_owner");
    server_.execute("postgres",
                    "CREATE DATABASE shop TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' "
                    "LC_CTYPE 'C' OWNER shop_owner");
    server_.execute("shop", "CREATE TABLE a AS SELECT 'ü' AS t");
    server_.execute("shop",
                    "ALTER DATABASE shop SET search_path = \"$user\", 'Odd ''% schema', public;"
                    "ALTER DATABASE shop SET DateStyle = 'SQL, DMY';"
                    "ALTER DATABASE shop SET my.setting = '100 %';"
                    "ALTER ROLE shop_owner IN DATABASE shop SET work_mem = '7MB';"
                    "REVOKE CONNECT ON DATABASE shop FROM PUBLIC;"
                    "COMMENT ON DATABASE shop IS 'the % shop''s'");
    source_ = "shop";
    snapshot();
    const auto settings = [&](const std::string& name) {
        return server_.ask(
            "postgres",
            "SELECT string_agg(x, E'\n' ORDER BY x) FROM ("
            "SELECT concat_ws('|', pg_get_userbyid(datdba), pg_encoding_to_char(encoding), "
            "datcollate, "
            "(SELECT array_agg(x ORDER BY x::text) FROM unnest(datacl) x)::text, "
            "shobj_description(d.oid, 'pg_database')) FROM pg_database d WHERE "
            "datname = '" +
                name +
                "' UNION ALL SELECT concat_ws('|', setrole::regrole, setconfig) FROM "
                "pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = "
                "'" +
                name + "') s(x)");
    };
    auto options = into("shop_again");
    options.mode = restore_target::create;
    const auto restored = restore_snapshot(options);
    EXPECT_TRUE(restored.warnings.empty()) << restored.warnings.front();
    EXPECT_EQ(restored.database, "shop_again");
    EXPECT_EQ(settings("shop_again"), settings("shop"));
    EXPECT_EQ(server_.ask("shop_again", "SELECT t FROM public.a"), "ü");
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::refused);
}

TEST_F(restoring, replace_puts_the_snapshot_in_the_place_of_the_database) {
    server_.execute(source_, "CREATE TABLE a AS SELECT 1 AS i");
    snapshot();
    server_.execute(source_, "DROP TABLE a; CREATE TABLE wrong()");
    internal::session somebody(server_.conninfo(source_));
    auto options = into(source_);
    options.mode = restore_target::replace;
    (void)restore_snapshot(options);
    EXPECT_EQ(server_.ask(source_, "SELECT i FROM a"), "1");
    EXPECT_EQ(server_.ask(source_, "SELECT to_regclass('wrong') IS NULL"), "t");
    EXPECT_EQ(
        server_.ask("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'chronos%'"),
        "0");
}

TEST_F(restoring, a_failed_create_or_replace_leaves_everything_as_it_was) {
    server_.execute(source_,
                    "CREATE TABLE z (i int); INSERT INTO z VALUES (1), (1);"
                    "CREATE FUNCTION one(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';"
                    "CREATE TABLE lies (i int); INSERT INTO lies VALUES (0);"
                    "CREATE INDEX ON lies (one(i));"
                    "CREATE OR REPLACE FUNCTION one(i int) RETURNS int LANGUAGE sql IMMUTABLE AS "
                    "'SELECT 1 / $1'");
    snapshot();
    auto options = into("never_there");
    options.mode = restore_target::create;
    const auto failure = error_of([&] { (void)restore_snapshot(options); });
    EXPECT_EQ(failure.code(), error_code::database);
    EXPECT_NE(failure.detail().find("CREATE INDEX"), std::string::npos) << failure.detail();
    options = into(source_);
    options.mode = restore_target::replace;
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::database);
    EXPECT_EQ(server_.ask(source_, "SELECT count(*) FROM z"), "2");
    EXPECT_EQ(server_.ask("postgres",
                          "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname "
                          "LIKE 'chronos%' OR datname = 'never_there'"),
              "");
}

TEST_F(restoring, missing_roles_are_created_and_existing_ones_are_left_alone) {
    server_.execute("postgres",
                    "CREATE ROLE \"Röle 1\" LOGIN PASSWORD 'secret'; CREATE ROLE role_2;"
                    "GRANT \"Röle 1\" TO role_2; ALTER ROLE role_2 SET work_mem = '5MB'");
    server_.execute(source_,
                    "CREATE TABLE a (i int); ALTER TABLE a OWNER TO \"Röle 1\";"
                    "GRANT SELECT ON a TO role_2");
    snapshot();
    const auto password =
        server_.ask("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'Röle 1'");
    server_.execute(source_, "DROP TABLE a");
    server_.execute("postgres", "DROP ROLE \"Röle 1\", role_2; CREATE ROLE role_2 CREATEDB");
    const auto target = server_.create_database();
    const auto restored = restore_snapshot(into(target));
    EXPECT_EQ(restored.roles_created, std::vector<std::string>{"Röle 1"});
    EXPECT_EQ(server_.ask(target, "SELECT tableowner FROM pg_tables WHERE tablename = 'a'"),
              "Röle 1");
    EXPECT_EQ(server_.ask("postgres",
                          "SELECT rolcreatedb AND rolconfig IS NULL FROM pg_roles WHERE rolname = "
                          "'role_2'"),
              "t");
    EXPECT_EQ(server_.ask("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'Röle 1'"),
              password);
}

TEST_F(restoring, without_roles_owners_and_rights_are_left_out_with_a_warning) {
    server_.execute("postgres", "CREATE ROLE passing");
    server_.execute(source_, "CREATE TABLE a AS SELECT 1 AS i; ALTER TABLE a OWNER TO passing");
    snapshot();
    server_.execute(source_, "DROP TABLE a");
    server_.execute("postgres", "DROP ROLE passing");
    const auto target = server_.create_database();
    auto options = into(target);
    options.roles = false;
    const auto restored = restore_snapshot(options);
    ASSERT_FALSE(restored.warnings.empty());
    EXPECT_NE(restored.warnings[0].find("passing"), std::string::npos);
    EXPECT_EQ(server_.ask(target, "SELECT i FROM a"), "1");
}

TEST_F(restoring, indexes_that_read_other_tables_are_built_when_those_are_full) {
    server_.execute(source_,
                    "CREATE TABLE prices (id int PRIMARY KEY, price int);"
                    "CREATE TABLE priced (id int PRIMARY KEY, more text);"
                    "CREATE FUNCTION price_of(int) RETURNS int LANGUAGE sql IMMUTABLE"
                    " AS 'SELECT price FROM public.prices WHERE id = $1';"
                    "INSERT INTO prices SELECT i, i * 10 FROM generate_series(1, 100) i;"
                    "INSERT INTO priced SELECT i, repeat('larger, so the first one', 20)"
                    " FROM generate_series(1, 100) i;"
                    "CREATE INDEX by_price ON priced (price_of(id));"
                    "CREATE INDEX dear ON priced (more) WHERE price_of(id) > 500");
    snapshot();
    const auto target = server_.create_database();
    auto options = into(target);
    options.jobs = 1;
    (void)restore_snapshot(options);
    const std::string by_index = "SET enable_seqscan = off; SELECT count(*) FROM priced WHERE ";
    EXPECT_EQ(server_.ask(target, by_index + "price_of(id) = 70"), "1");
    EXPECT_EQ(server_.ask(target, by_index + "more > '' AND price_of(id) > 500"), "50");
}

TEST_F(restoring, an_unknown_snapshot_is_not_found) {
    const auto target = server_.create_database();
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(into(target)); }).code(),
              error_code::not_found);
    server_.execute(source_, "CREATE TABLE a()");
    snapshot();
    auto options = into(target);
    options.snapshot = snapshot_selector::named("20200101T000000Z-00000000");
    EXPECT_EQ(error_of([&] { (void)restore_snapshot(options); }).code(), error_code::not_found);
}

TEST_F(restoring, a_damaged_truncated_or_missing_object_is_named_and_not_loaded) {
    server_.execute(source_,
                    "CREATE TABLE a AS SELECT md5(i::text) FROM generate_series(1, 10000) i");
    snapshot();
    std::filesystem::path biggest;
    for (const auto& file : std::filesystem::recursive_directory_iterator(url_ + "/objects")) {
        if (!file.is_regular_file()) continue;
        if (biggest.empty() || file.file_size() > std::filesystem::file_size(biggest))
            biggest = file;
    }
    const auto expect_damage = [&] {
        auto options = into("never_there");
        options.mode = restore_target::create;
        const auto failure = error_of([&] { (void)restore_snapshot(options); });
        EXPECT_EQ(failure.code(), error_code::damaged);
        EXPECT_NE((failure.what() + failure.detail()).find(biggest.filename().string()),
                  std::string::npos)
            << failure.what() << failure.detail();
        EXPECT_NE(std::string(failure.what()).find("\"public\".\"a\""), std::string::npos);
    };
    const auto size = std::filesystem::file_size(biggest);
    std::filesystem::permissions(biggest, std::filesystem::perms::owner_all);
    {
        std::fstream file(biggest, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(size / 2));
        file.write("damage", 6);
    }
    expect_damage();
    std::filesystem::resize_file(biggest, size - 100);
    expect_damage();
    std::filesystem::remove(biggest);
    expect_damage();
    EXPECT_EQ(
        server_.ask("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'chronos%'"),
        "0");
}

TEST_F(restoring, a_stop_ends_it_and_the_error_says_what_is_left) {
    server_.execute(source_,
                    "CREATE TABLE a AS SELECT i, md5(i::text) FROM generate_series(1, 300000) i");
    snapshot();
    const auto target = server_.create_database();
    auto options = into(target);
    std::stop_source stop;
    options.stop = stop.get_token();
    options.progress = [&](const progress& now) {
        if (now.phase == progress_phase::data) stop.request_stop();
    };
    const auto failure = error_of([&] { (void)restore_snapshot(options); });
    EXPECT_EQ(failure.code(), error_code::cancelled);
    EXPECT_NE(failure.hint().find("holds a part"), std::string::npos) << failure.hint();
}

TEST_F(restoring, comparing_finds_a_changed_row_a_missing_table_and_a_moved_sequence) {
    server_.execute(source_,
                    "CREATE TABLE a (i int); INSERT INTO a VALUES (1), (2); CREATE TABLE b (i int);"
                    "CREATE SEQUENCE s");
    snapshot();
    const auto repository = repository::open(url_);
    EXPECT_TRUE(compare_snapshot(repository, snapshot_selector::latest(), server_.conninfo(source_))
                    .equal());
    server_.execute(source_, "UPDATE a SET i = 3 WHERE i = 2; DROP TABLE b; SELECT nextval('s')");
    const auto report =
        compare_snapshot(repository, snapshot_selector::latest(), server_.conninfo(source_));
    ASSERT_EQ(report.differences.size(), 3U);
    EXPECT_EQ(report.differences[0].table, "public.a");
    EXPECT_EQ(report.differences[1].table, "public.b");
    EXPECT_EQ(report.differences[2].table, "public.s");
}

}  // namespace
}  // namespace chronos::test

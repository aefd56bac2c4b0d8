#include "chronos/connection.hpp"

#include <thread>

#include "cluster/cluster.hpp"

namespace chronos::test {
namespace {

using internal::row;
using internal::session;

TEST(connection, parameters_and_nulls_arrive_and_come_back) {
    session db(cluster::shared().conninfo());
    const auto found = db.query("SELECT $1::text, $2::int + 1, $3::text, ''",
                                {std::string("O'Reilly \\ ü"), std::string("41"), std::nullopt});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].text(0), "O'Reilly \\ ü");
    EXPECT_EQ(found[0].number(1), 42);
    EXPECT_TRUE(found[0].is_null(2));
    EXPECT_FALSE(found[0].is_null(3));
}

TEST(connection, odd_settings_of_the_database_do_not_reach_the_session) {
    auto& server = cluster::shared();
    const auto name = server.create_database();
    server.execute("postgres", "ALTER DATABASE " + name +
                                   " SET standard_conforming_strings = off;"
                                   "ALTER DATABASE " +
                                   name +
                                   " SET DateStyle = 'SQL, DMY';"
                                   "ALTER DATABASE " +
                                   name +
                                   " SET client_encoding = 'LATIN1';"
                                   "ALTER DATABASE " +
                                   name +
                                   " SET search_path = 'nowhere';"
                                   "ALTER DATABASE " +
                                   name +
                                   " SET bytea_output = 'escape';"
                                   "ALTER DATABASE " +
                                   name +
                                   " SET statement_timeout = '1ms';"
                                   "ALTER DATABASE " +
                                   name +
                                   " SET extra_float_digits = -15;"
                                   "ALTER DATABASE " +
                                   name + " SET default_transaction_read_only = on");
    session db(server.conninfo(name));
    const auto found = db.query_one(
        "SELECT date '2026-02-01', 'a\\b', '\\x6162'::bytea, 0.1::float8 + 0.2, 'ü', "
        "current_setting('search_path'), pg_sleep(0.01)");
    EXPECT_EQ(found.text(0), "2026-02-01");
    EXPECT_EQ(found.text(1), "a\\b");
    EXPECT_EQ(found.text(2), "\\x6162");
    EXPECT_EQ(found.text(3), "0.30000000000000004");
    EXPECT_EQ(found.text(4), "ü");
    EXPECT_EQ(found.text(5), "\"\"");
    db.execute("CREATE TABLE public.written(); DROP TABLE public.written");
}

TEST(connection, an_error_keeps_sqlstate_detail_and_hint) {
    session db(cluster::shared().conninfo());
    try {
        db.execute(
            "DO $$ BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = '53100',"
            " DETAIL = E'Line one.\\nLine two.', HINT = 'Add some.'; END $$");
        FAIL() << "no error";
    } catch (const internal::server_error& failure) {
        EXPECT_STREQ(failure.what(), "no more");
        EXPECT_EQ(failure.sqlstate(), "53100");
        EXPECT_EQ(failure.detail(), "Line one.\nLine two.");
        EXPECT_EQ(failure.hint(), "Add some.");
        EXPECT_EQ(failure.code(), error_code::database);
    }
}

TEST(connection, every_error_has_its_sqlstate_also_those_the_client_library_has_a_class_for) {
    session db(cluster::shared().conninfo());
    for (const std::string sqlstate :
         {"42501", "42703", "42883", "42P01", "42601", "0A000", "23505", "53100", "53200", "P0001",
          "40001", "40P01", "3F000", "58P01", "CH001"}) {
        const auto code = session::quote_literal(sqlstate);
        try {
            db.execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = " + code + "; END $$");
            FAIL() << "no error";
        } catch (const internal::server_error& failure) {
            EXPECT_EQ(failure.sqlstate(), sqlstate);
            EXPECT_STREQ(failure.what(), "no");
        }
    }
}

TEST(connection, notices_arrive_with_their_fields) {
    session db(cluster::shared().conninfo());
    std::vector<internal::server_report> seen;
    db.on_notice([&](const internal::server_report& notice) { seen.push_back(notice); });
    db.execute("DO $$ BEGIN RAISE WARNING 'careful' USING HINT = 'Look.'; END $$");
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].severity, "WARNING");
    EXPECT_EQ(seen[0].message, "careful");
    EXPECT_EQ(seen[0].hint, "Look.");
}

TEST(connection, a_running_query_is_cancelled_from_another_thread) {
    connection db(cluster::shared().conninfo());
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        db.cancel();
    });
    const auto failure = error_of([&] { db.internal_session().execute("SELECT pg_sleep(30)"); });
    other.join();
    EXPECT_EQ(failure.code(), error_code::cancelled);
}

TEST(connection, a_lost_connection_is_an_error_and_stays_one) {
    auto& server = cluster::shared();
    session db(server.conninfo());
    server.ask("postgres",
               "SELECT pg_terminate_backend(" + std::to_string(db.backend_pid()) + ", 5000)::text");
    EXPECT_EQ(error_of([&] { db.execute("SELECT 1"); }).code(), error_code::connection);
    EXPECT_EQ(error_of([&] { db.execute("SELECT 1"); }).code(), error_code::connection);
}

TEST(connection, a_transaction_that_is_not_committed_is_rolled_back) {
    session db(cluster::shared().conninfo(cluster::shared().create_database()));
    {
        internal::transaction work(db);
        db.execute("CREATE TABLE public.gone()");
    }
    EXPECT_TRUE(db.query_one("SELECT to_regclass('public.gone')").is_null(0));
    internal::transaction work(db);
    db.execute("CREATE TABLE public.kept()");
    work.commit();
    EXPECT_FALSE(db.query_one("SELECT to_regclass('public.kept')").is_null(0));
}

TEST(connection, copy_moves_rows_in_binary_both_ways) {
    session db(cluster::shared().conninfo(cluster::shared().create_database()));
    db.execute(
        "CREATE TABLE public.a AS SELECT i, repeat('x', i) AS t FROM generate_series(1, 500) i;"
        "CREATE TABLE public.b(LIKE public.a)");
    std::string bytes;
    EXPECT_EQ(db.copy_out("COPY public.a TO STDOUT (FORMAT binary)",
                          [&](std::string_view part) { bytes += part; }),
              500);
    auto channel = db.copy_in("COPY public.b FROM STDIN (FORMAT binary)");
    channel->write(bytes);
    EXPECT_EQ(channel->finish(), 500);
    EXPECT_EQ(db.query_one("SELECT count(*) FROM (TABLE public.a EXCEPT TABLE public.b) d").text(0),
              "0");
}

TEST(connection, an_unfinished_copy_leaves_nothing_and_the_session_usable) {
    session db(cluster::shared().conninfo(cluster::shared().create_database()));
    db.execute("CREATE TABLE public.a(i int)");
    { db.copy_in("COPY public.a FROM STDIN")->write("1\n2\n"); }
    EXPECT_EQ(db.query_one("SELECT count(*) FROM public.a").text(0), "0");
    auto bad = db.copy_in("COPY public.a FROM STDIN");
    bad->write("no number\n");
    EXPECT_EQ(error_of([&] { bad->finish(); }).code(), error_code::database);
    EXPECT_EQ(db.query_one("SELECT 1").text(0), "1");
}

TEST(connection, another_session_reaches_the_same_server_with_the_same_settings) {
    session db(cluster::shared().conninfo());
    const auto second = db.another();
    EXPECT_EQ(second->database(), "postgres");
    EXPECT_EQ(second->query_one("SELECT date '2026-02-01'").text(0), "2026-02-01");
    EXPECT_EQ(db.another("template1")->database(), "template1");
}

TEST(connection, a_refusal_by_pg_hba_shows_the_line_that_would_allow_it) {
    auto& server = cluster::shared();
    server.execute("postgres", "CREATE ROLE \"bob \"\"the\"\"\" LOGIN");
    server.set_hba("local all postgres trust\n");
    const auto failure = error_of([&] {
        connection refused("host=" + server.directory() + " port=" + std::to_string(server.port()) +
                           " user='bob \"the\"' dbname=postgres");
    });
    server.set_hba("local all all trust\n");
    EXPECT_EQ(failure.code(), error_code::connection);
    EXPECT_NE(failure.hint().find("local  \"postgres\"  \"bob \"\"the\"\"\"  scram-sha-256"),
              std::string::npos)
        << failure.hint();
    connection allowed("host=" + server.directory() + " port=" + std::to_string(server.port()) +
                       " user='bob \"the\"' dbname=postgres");
    EXPECT_EQ(allowed.user(), "bob \"the\"");
}

TEST(connection, a_missing_server_and_a_missing_database_are_told_apart) {
    const auto nobody = error_of([&] { connection none("host=/nonexistent dbname=x"); });
    EXPECT_EQ(nobody.code(), error_code::connection);
    EXPECT_NE(nobody.hint().find("/nonexistent"), std::string::npos) << nobody.hint();
    const auto nothing =
        error_of([&] { connection none(cluster::shared().conninfo("no_such_database")); });
    EXPECT_EQ(nothing.code(), error_code::connection);
    EXPECT_NE(nothing.detail().find("no_such_database"), std::string::npos);
}

}  // namespace
}  // namespace chronos::test

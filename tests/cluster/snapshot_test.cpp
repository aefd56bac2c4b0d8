#include "chronos/snapshot.hpp"

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "chronos/engine.hpp"
#include "chronos/repository.hpp"
#include "chronos/restore.hpp"
#include "chronos/verify.hpp"
#include "cluster/repository_fixture.hpp"

namespace chronos::test {
namespace {

using namespace std::chrono_literals;

class taking : public with_repository {
  protected:
    snapshot_options options() {
        snapshot_options options;
        options.repositories = {url_};
        return options;
    }

    snapshot_result take() { return take_snapshot(server_.conninfo(source_), options()); }

    restore_options again(const std::string& database) {
        restore_options options;
        options.repository = url_;
        options.target = server_.conninfo(database);
        options.compare = true;
        return options;
    }

    void expect_nothing_left() {
        EXPECT_TRUE(repository::open(url_).snapshots().empty());
        for (const auto& file : std::filesystem::recursive_directory_iterator(url_ + "/objects")) {
            EXPECT_FALSE(file.is_regular_file()) << file.path();
        }
        EXPECT_EQ(server_.ask("postgres",
                              "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + source_ +
                                  "' AND application_name LIKE 'chronos%' AND state <> 'idle'"),
                  "0");
    }
};

TEST_F(taking, a_database_without_the_extension_can_be_taken) {
    server_.execute(
        source_,
        "CREATE TABLE a AS SELECT i, md5(i::text) AS t FROM generate_series(1, 100000) i;"
        "CREATE TABLE empty(i int)");
    auto chosen = options();
    chosen.label = "first";
    progress last;
    chosen.progress = [&](const progress& now) { last = now; };
    const auto result = take_snapshot(server_.conninfo(source_), chosen);
    EXPECT_EQ(result.tables, 2U);
    EXPECT_EQ(result.rows, 100000U);
    EXPECT_FALSE(result.version);
    EXPECT_TRUE(result.warnings.empty());
    EXPECT_EQ(last.phase, progress_phase::manifest);
    EXPECT_EQ(last.tables_done, 2U);
    EXPECT_EQ(last.tables_total, 2U);
    EXPECT_EQ(last.bytes_done, last.bytes_total);
    verify_options verify;
    verify.data = true;
    EXPECT_TRUE(verify_repository(repository::open(url_), verify).intact());
    EXPECT_EQ(repository::open(url_).find(snapshot_selector::named("first")).rows, 100000U);
}

TEST_F(taking, odd_settings_of_the_database_change_nothing) {
    server_.execute(
        source_,
        "CREATE TABLE a (d date, t text, f float8, b bytea, i interval, n numeric[]);"
        "INSERT INTO a VALUES ('2026-02-01', 'it''s \\ ü', 0.1, '\\x00', '1 day 2:03', '{1}');"
        "CREATE TABLE c AS SELECT * FROM a; ALTER TABLE c ADD x xml DEFAULT '<a/>'");
    for (const auto* setting : {"standard_conforming_strings = off", "DateStyle = 'SQL, DMY'",
                                "IntervalStyle = 'iso_8601'", "client_encoding = 'LATIN1'",
                                "search_path = 'nowhere', \"$user\"", "bytea_output = 'escape'",
                                "default_transaction_read_only = on", "extra_float_digits = -15"}) {
        server_.execute("postgres", "ALTER DATABASE " + source_ + " SET " + setting);
    }
    take();
    auto restore = again("odd_again");
    restore.mode = restore_target::create;
    const auto restored = restore_snapshot(restore);
    EXPECT_TRUE(restored.warnings.empty()) << restored.warnings.front();
    const auto* const row = "SELECT concat_ws('|', d, t, f, b, i, n) FROM public.a";
    EXPECT_EQ(server_.ask("odd_again", row), server_.ask(source_, row));
    EXPECT_EQ(server_.ask("odd_again", row), "2026-02-01|it's \\ ü|0.1|\\x00|1 day 02:03:00|{1}");
}

TEST_F(taking, bytes_that_are_no_utf8_come_back_from_an_sql_ascii_database) {
    source_ = server_.create_database("ENCODING 'SQL_ASCII'");
    server_.execute(source_,
                    "CREATE TABLE a (t text, x xml); INSERT INTO a VALUES (E'\\xe9\\xff', '<a/>')");
    take();
    auto restore = again("ascii_again");
    restore.mode = restore_target::create;
    (void)restore_snapshot(restore);
    EXPECT_EQ(server_.ask("ascii_again", "SELECT md5(t) = md5(E'\\xe9\\xff') FROM a"), "t");
}

TEST_F(taking, a_huge_value_passes) {
    server_.execute(source_,
                    "CREATE TABLE a (i int, b bytea); ALTER TABLE a ALTER b SET STORAGE EXTERNAL;"
                    "INSERT INTO a VALUES (1, 'x');"
                    "INSERT INTO a SELECT 2, convert_to(repeat(md5('x'), 3145728), 'UTF8');"
                    "INSERT INTO a VALUES (3, 'y')");
    const auto result = take();
    EXPECT_EQ(result.rows, 3U);
    const auto target = server_.create_database();
    EXPECT_EQ(restore_snapshot(again(target)).rows, 3U);
    EXPECT_EQ(server_.ask(target, "SELECT length(b) FROM a WHERE i = 2"), "100663296");
}

TEST_F(taking, big_tables_are_cut_and_no_row_is_lost_or_doubled) {
    server_.execute(source_,
                    "CREATE TABLE a AS SELECT i, repeat(md5(i::text), 30) AS t FROM "
                    "generate_series(1, 90000) i; DELETE FROM a WHERE i % 7 = 0");
    auto chosen = options();
    chosen.jobs = 4;
    const auto result = take_snapshot(server_.conninfo(source_), chosen);
    EXPECT_EQ(std::to_string(result.rows), server_.ask(source_, "SELECT count(*) FROM a"));
    EXPECT_GT(result.pieces, 5U);
    EXPECT_TRUE(compare_snapshot(repository::open(url_), snapshot_selector::latest(),
                                 server_.conninfo(source_))
                    .equal());
}

TEST_F(taking, a_stop_ends_it_and_leaves_nothing_behind) {
    server_.execute(source_,
                    "CREATE TABLE a AS SELECT i, repeat(md5(i::text), 30) AS t FROM "
                    "generate_series(1, 150000) i");
    auto chosen = options();
    std::stop_source stop;
    chosen.stop = stop.get_token();
    chosen.progress = [&](const progress& now) {
        if (now.rows > 0) stop.request_stop();
    };
    const auto failure = error_of([&] { (void)take_snapshot(server_.conninfo(source_), chosen); });
    EXPECT_EQ(failure.code(), error_code::cancelled);
    expect_nothing_left();
}

TEST_F(taking, a_locked_table_is_an_error_that_names_who_holds_it) {
    server_.execute(source_, "CREATE TABLE held (i int)");
    internal::session other(server_.conninfo(source_), "the other");
    internal::transaction work(other);
    other.execute("LOCK TABLE public.held");
    auto chosen = options();
    chosen.lock_timeout = 1s;
    const auto failure = error_of([&] { (void)take_snapshot(server_.conninfo(source_), chosen); });
    EXPECT_EQ(failure.code(), error_code::busy);
    EXPECT_NE(failure.detail().find("public.held"), std::string::npos) << failure.detail();
    EXPECT_NE(failure.detail().find("the other"), std::string::npos) << failure.detail();
    expect_nothing_left();
}

TEST_F(taking, waiting_for_a_lock_can_be_stopped) {
    server_.execute(source_, "CREATE TABLE held (i int)");
    internal::session other(server_.conninfo(source_));
    internal::transaction work(other);
    other.execute("LOCK TABLE public.held");
    auto chosen = options();
    std::stop_source stop;
    chosen.stop = stop.get_token();
    std::jthread later([&] {
        std::this_thread::sleep_for(300ms);
        stop.request_stop();
    });
    const auto started = std::chrono::steady_clock::now();
    const auto failure = error_of([&] { (void)take_snapshot(server_.conninfo(source_), chosen); });
    EXPECT_EQ(failure.code(), error_code::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 5s);
}

// Somebody who queues for an exclusive lock behind ours would block a worker, which would block us.
TEST_F(taking, a_session_that_waits_for_an_exclusive_lock_does_not_make_it_hang) {
    server_.execute(source_,
                    "CREATE TABLE a AS SELECT i, repeat(md5(i::text), 30) AS t FROM "
                    "generate_series(1, 60000) i; CREATE TABLE b AS SELECT 1 AS i");
    auto chosen = options();
    std::jthread waiter;
    std::atomic<bool> started = false;
    chosen.progress = [&](const progress& now) {
        if (now.phase != progress_phase::data || started.exchange(true)) return;
        waiter = std::jthread([&] { server_.execute(source_, "ALTER TABLE b ADD later int"); });
        std::this_thread::sleep_for(500ms);
    };
    const auto result = take_snapshot(server_.conninfo(source_), chosen);
    EXPECT_EQ(result.rows, 60001U);
    waiter.join();
    EXPECT_EQ(server_.ask(source_,
                          "SELECT count(*) FROM information_schema.columns WHERE table_name = 'b'"),
              "2");
}

TEST_F(taking, tables_that_come_go_and_are_emptied_meanwhile_do_not_spoil_it) {
    server_.execute(source_,
                    "CREATE TABLE pair_a AS SELECT i FROM generate_series(1, 1000) i;"
                    "CREATE TABLE pair_b AS SELECT i FROM generate_series(1, 1000) i");
    const std::jthread churn([&](const std::stop_token& over) {
        internal::session on(server_.conninfo(source_));
        for (int i = 0; !over.stop_requested(); ++i) {
            on.execute("CREATE TABLE public.t" + std::to_string(i) + " AS SELECT 1 AS i");
            // Both or neither: seen half way, the snapshot would be wrong.
            on.execute(
                "BEGIN; TRUNCATE public.pair_a; TRUNCATE public.pair_b; INSERT INTO public.pair_a "
                "SELECT generate_series(1, 1000); INSERT INTO public.pair_b "
                "SELECT generate_series(1, 1000); COMMIT");
            on.execute("DROP TABLE public.t" + std::to_string(i));
            std::this_thread::sleep_for(700ms);
        }
    });
    for (int round = 0; round < 5; ++round) {
        const auto result = take();
        EXPECT_GE(result.rows, 2000U);
        EXPECT_LE(result.rows, 2001U);
    }
}

TEST_F(taking, snapshots_of_one_database_can_be_taken_at_the_same_time) {
    server_.execute(
        source_, "CREATE TABLE a AS SELECT i, md5(i::text) AS t FROM generate_series(1, 200000) i");
    std::vector<std::jthread> threads;
    std::atomic<int> done = 0;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { done += take().rows == 200000; });
    threads.clear();
    EXPECT_EQ(done, 3);
    EXPECT_EQ(repository::open(url_).snapshots().size(), 3U);
    EXPECT_TRUE(verify_repository(repository::open(url_)).intact());
}

TEST_F(taking, several_repositories_get_the_same_or_none_gets_it) {
    server_.execute(source_, "CREATE TABLE a AS SELECT i FROM generate_series(1, 1000) i");
    const auto second = place_.path("second");
    repository::init(second);
    auto chosen = options();
    chosen.repositories.push_back(second);
    const auto result = take_snapshot(server_.conninfo(source_), chosen);
    EXPECT_EQ(repository::open(second).find(snapshot_selector::latest()).id, result.id);
    chosen.repositories.push_back(place_.path("missing"));
    const auto failure = error_of([&] { (void)take_snapshot(server_.conninfo(source_), chosen); });
    EXPECT_EQ(failure.code(), error_code::not_found);
    EXPECT_EQ(repository::open(url_).snapshots().size(), 1U);
    EXPECT_EQ(repository::open(second).snapshots().size(), 1U);
}

// A limit on the size of files stands for a full disk.
TEST_F(taking, a_repository_that_cannot_be_written_leaves_nothing_behind) {
    server_.execute(source_,
                    "CREATE TABLE a AS SELECT i, (SELECT string_agg(md5((i * 1000 + j)::text), '') "
                    "FROM generate_series(1, 30) j) AS t FROM generate_series(1, 20000) i");
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    auto* const ignored = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const auto failure = error_of([&] { take(); });
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, ignored);
    EXPECT_TRUE(failure.code() == error_code::space || failure.code() == error_code::repository)
        << to_string(failure.code()) << " " << failure.what();
    expect_nothing_left();
    EXPECT_EQ(take().rows, 20000U);
}

TEST_F(taking, a_role_that_may_not_read_everything_gets_a_clear_error) {
    server_.execute("postgres", "CREATE ROLE reader LOGIN");
    server_.execute(source_, "CREATE TABLE secret (i int)");
    const auto conninfo = server_.conninfo(source_, "reader");
    const auto failure = error_of([&] { (void)take_snapshot(conninfo, options()); });
    EXPECT_EQ(failure.code(), error_code::permission);
    EXPECT_NE(std::string(failure.what()).find("secret"), std::string::npos) << failure.what();
    server_.execute(source_, "GRANT SELECT ON secret TO reader");
    const auto result = take_snapshot(conninfo, options());
    ASSERT_EQ(result.warnings.size(), 1U);
    EXPECT_NE(result.warnings[0].find("no role passwords"), std::string::npos)
        << result.warnings[0];
}

TEST_F(taking, values_of_extension_types_come_back) {
    server_.execute(
        source_, "CREATE EXTENSION citext; CREATE TABLE a (c citext); INSERT INTO a VALUES ('Ab')");
    EXPECT_EQ(take().rows, 1U);
    const auto target = server_.create_database();
    (void)restore_snapshot(again(target));
    EXPECT_EQ(server_.ask(target, "SELECT c FROM a WHERE c = 'aB'"), "Ab");
}

TEST_F(taking, the_engine_reports_in_json_and_ends_with_complete_or_error) {
    server_.execute(source_, "CREATE TABLE a AS SELECT 1 AS i");
    setenv("PGHOST", server_.directory().c_str(), 1);
    setenv("PGPORT", std::to_string(server_.port()).c_str(), 1);
    setenv("PGUSER", "postgres", 1);
    setenv("PGDATABASE", source_.c_str(), 1);
    std::vector<std::string> lines;
    const auto print = [&](const std::string& line) { lines.push_back(line); };
    const auto last_starts_with = [&](const std::string& start) {
        EXPECT_EQ(lines.back().substr(0, start.size()), start);
    };
    auto chosen = options();
    chosen.id = "20261123T041932Z-0a1b2c3d";
    EXPECT_EQ(run_snapshot_engine(chosen, print), 0);
    EXPECT_TRUE(lines.front().starts_with(R"({"event":"progress","phase":"schema")"));
    last_starts_with(
        R"({"event":"complete","snapshot":"20261123T041932Z-0a1b2c3d","version":null)");
    EXPECT_EQ(run_snapshot_engine(chosen, print), 1);
    last_starts_with(R"({"event":"error","code":"refused")");
    std::stop_source stop;
    stop.request_stop();
    chosen.stop = stop.get_token();
    EXPECT_EQ(run_snapshot_engine(chosen, print), 130);
    last_starts_with(R"({"event":"error","code":"cancelled")");
    for (const auto* name : {"PGHOST", "PGPORT", "PGUSER", "PGDATABASE"}) unsetenv(name);
}

}  // namespace
}  // namespace chronos::test

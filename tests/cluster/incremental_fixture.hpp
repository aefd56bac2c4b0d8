// What the tests of incremental snapshots share: one server, and a table of which blocks are
// reused.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <string>

#include "chronos/repository.hpp"
#include "cluster/incremental.hpp"

namespace chronos::test {

class incremental : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        server_ = std::make_unique<proving_cluster>(
            "autovacuum = off\nwal_writer_delay = 10s\nwal_writer_flush_after = 0\n");
        shared_ = server_->create();
    }
    static void TearDownTestSuite() { server_.reset(); }
    void SetUp() override { start(); }

    // A repository, and a table t of 20 blocks with three rows each.
    void start() {
        url_ = place_.path(std::to_string(++repositories_));
        repository::init(url_);
        execute(
            "SET client_min_messages = warning; DROP TABLE IF EXISTS t, u, big, flushes CASCADE;"
            "DROP TYPE IF EXISTS mood, pair CASCADE;"
            "CREATE TABLE t (id int, filler text); ALTER TABLE t ALTER filler SET STORAGE PLAIN;"
            "INSERT INTO t SELECT g, repeat('x', 2500) FROM generate_series(1, 60) g");
        execute("VACUUM FREEZE t");
    }
    void execute(const std::string& sql) { server_->execute(database_, sql); }
    std::string ask(const std::string& sql) { return server_->ask(database_, sql); }
    std::unique_ptr<internal::session> another() {
        auto on = std::make_unique<internal::session>(server_->conninfo(database_));
        on->execute("SET search_path = public");
        return on;
    }
    taken take(const taking_options& options = {}) {
        return take_and_compare(server_->conninfo(database_), url_, options);
    }

    // The story ends with the snapshot that is judged.
    void show_hole(const std::function<taken(const taking_options&)>& story,
                   const std::function<void(internal::proof_conditions&)>& take_away) {
        const auto proved = story({});
        EXPECT_THAT(proved.wrong, testing::IsEmpty()) << "with all conditions";
        start();
        taking_options weaker;
        take_away(weaker.demanded);
        const auto weak = story(weaker);
        EXPECT_THAT(weak.wrong, testing::Contains("t"))
            << "the condition is not needed, or not tested: " << weak.tables;
    }

    static inline std::unique_ptr<proving_cluster> server_;
    static inline std::string shared_;
    scratch place_;
    int repositories_ = 0;
    std::string database_ = shared_;
    std::string url_;
};

}  // namespace chronos::test

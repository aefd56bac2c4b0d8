#include "chronos/watch.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "chronos/check.hpp"
#include "chronos/connection.hpp"
#include "cluster/cluster.hpp"

namespace chronos::test {
namespace {

using namespace std::chrono_literals;

std::string new_shop() {
    auto& server = cluster::shared();
    const auto name = server.create_database();
    server.execute(name, "CREATE EXTENSION chronos; CREATE TABLE public.orders (id bigint)");
    return name;
}

void change(const std::string& database, const std::string& column) {
    cluster::shared().execute(database, "ALTER TABLE public.orders ADD " + column + " int");
}

// What a watch was told, for another thread to wait for.
template <typename type>
class mailbox {
  public:
    void put(const type& item) {
        const std::scoped_lock held(lock_);
        items_.push_back(item);
        arrived_.notify_all();
    }
    // The first that fits, of those not taken; fails the test after a while.
    template <typename condition>
    type take(condition fits) {
        std::unique_lock held(lock_);
        for (const auto deadline = std::chrono::steady_clock::now() + 30s;;) {
            for (; next_ < items_.size(); ++next_) {
                if (fits(items_[next_])) return items_[next_++];
            }
            if (arrived_.wait_until(held, deadline) == std::cv_status::timeout) {
                throw std::runtime_error("nothing came that fits");
            }
        }
    }
    std::size_t count() {
        const std::scoped_lock held(lock_);
        return items_.size();
    }

  private:
    std::mutex lock_;
    std::condition_variable arrived_;
    std::vector<type> items_;
    std::size_t next_ = 0;
};

TEST(watch, is_told_of_each_version_at_its_commit) {
    const auto shop = new_shop();
    mailbox<schema_version> told;
    const auto watching =
        watch(cluster::shared().conninfo(shop), [&](const auto& v) { told.put(v); });
    const auto before = watching.current();
    EXPECT_EQ(watching.changes(), 0U);
    EXPECT_TRUE(watching.is_connected());
    change(shop, "total");
    const auto first = told.take([](const auto&) { return true; });
    EXPECT_EQ(first.number, before.number + 1);
    EXPECT_NE(first.fingerprint, before.fingerprint);
    change(shop, "placed");
    const auto second = told.take([](const auto&) { return true; });
    EXPECT_EQ(second.number, before.number + 2);
    EXPECT_EQ(watching.current(), second);
    EXPECT_EQ(watching.changes(), 2U);
}

TEST(watch, misses_nothing_among_many_versions) {
    const auto shop = new_shop();
    mailbox<schema_version> told;
    const auto watching =
        watch(cluster::shared().conninfo(shop), [&](const auto& v) { told.put(v); });
    const auto last = watching.current().number + 40;
    std::string script;
    for (int i = 0; i < 40; ++i) change(shop, "c" + std::to_string(i));
    EXPECT_EQ(told.take([&](const auto& v) { return v.number == last; }).number, last);
}

TEST(watch, connects_again_and_sees_what_happened_meanwhile) {
    const auto shop = new_shop();
    mailbox<schema_version> told;
    mailbox<error> troubles;
    watch_options options;
    options.first_pause = 20ms;
    auto watching = watch(
        cluster::shared().conninfo(shop), [&](const auto& v) { told.put(v); }, options);
    watching.on_trouble([&](const error& failure) { troubles.put(failure); });
    const auto before = watching.current().number;
    for (int round = 1; round <= 3; ++round) {
        cluster::shared().execute("postgres",
                                  "ALTER DATABASE " + shop + " ALLOW_CONNECTIONS false");
        cluster::shared().ask(
            "postgres",
            "SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity"
            " WHERE datname = '" +
                shop + "'");
        const auto lost = troubles.take([](const auto&) { return true; });
        EXPECT_TRUE(lost.retryable()) << lost.what();
        cluster::shared().execute("postgres", "ALTER DATABASE " + shop + " ALLOW_CONNECTIONS true");
        change(shop, "r" + std::to_string(round));
        EXPECT_EQ(told.take([&](const auto& v) { return v.number >= before + round; }).number,
                  before + round);
    }
    EXPECT_TRUE(watching.is_connected());
}

TEST(watch, outlives_a_callback_that_throws_and_is_stopped_from_one) {
    const auto shop = new_shop();
    mailbox<error> troubles;
    mailbox<schema_version> told;
    version_watch watching(cluster::shared().conninfo(shop));
    watching.on_trouble([&](const error& failure) { troubles.put(failure); });
    watching.on_change([](const auto&) { throw std::runtime_error("no such statement"); });
    watching.on_change([&](const auto& v) {
        told.put(v);
        if (told.count() == 2) watching.stop();
    });
    change(shop, "a");
    EXPECT_STREQ(troubles.take([](const auto&) { return true; }).what(),
                 "a callback of the watch failed: no such statement");
    told.take([](const auto&) { return true; });
    change(shop, "b");
    told.take([](const auto&) { return true; });
    change(shop, "c");
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(told.count(), 2U);
}

TEST(watch, says_at_once_what_cannot_be_watched) {
    const auto empty = cluster::shared().create_database();
    EXPECT_EQ(error_of([&] { version_watch(cluster::shared().conninfo(empty)); }).code(),
              error_code::not_installed);
    EXPECT_EQ(error_of([] { version_watch("host=/nonexistent"); }).code(), error_code::connection);
}

TEST(watch, can_be_moved_and_ends_quickly) {
    const auto shop = new_shop();
    const auto begin = std::chrono::steady_clock::now();
    {
        version_watch first(cluster::shared().conninfo(shop));
        version_watch second = std::move(first);
        first = version_watch(cluster::shared().conninfo(shop));
        EXPECT_EQ(first.current(), second.current());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(wait_for, returns_when_the_version_is_committed) {
    const auto shop = new_shop();
    connection database(cluster::shared().conninfo(shop));
    const auto at = current_version(database).number;
    std::thread other([&] {
        std::this_thread::sleep_for(300ms);
        change(shop, "total");
    });
    const auto begin = std::chrono::steady_clock::now();
    const auto reached = wait_for(database, ">" + std::to_string(at), 30s);
    other.join();
    EXPECT_EQ(reached.number, at + 1);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
    EXPECT_EQ(wait_for(database, ">=1", 0ms).number, at + 1);
    EXPECT_EQ(current_version(database).number, at + 1) << "the connection is as before";
}

TEST(wait_for, gives_up_with_the_reason) {
    const auto shop = new_shop();
    connection database(cluster::shared().conninfo(shop));
    const auto failure = error_of([&] { (void)wait_for(database, ">=4000", 150ms); });
    EXPECT_EQ(failure.code(), error_code::requirement);
    EXPECT_NE(std::string(failure.what()).find("does not satisfy \">=4000\""), std::string::npos);
}

TEST(wait_for, hears_of_labels_and_of_the_extension) {
    const auto empty = cluster::shared().create_database();
    connection database(cluster::shared().conninfo(empty));
    std::thread other([&] {
        std::this_thread::sleep_for(200ms);
        cluster::shared().execute(empty, "CREATE EXTENSION chronos");
        cluster::shared().ask(empty, "SELECT chronos.label('ready')");
    });
    EXPECT_EQ(wait_for(database, "ready", 30s).labels, std::vector<std::string>{"ready"});
    other.join();
}

TEST(wait_for, is_cancelled_by_another_thread) {
    const auto shop = new_shop();
    connection database(cluster::shared().conninfo(shop));
    std::thread other([&] {
        std::this_thread::sleep_for(200ms);
        database.cancel();
    });
    EXPECT_EQ(error_of([&] { (void)wait_for(database, ">=4000", 30s); }).code(),
              error_code::cancelled);
    other.join();
    EXPECT_GT(current_version(database).number, 0) << "the connection still works";
}

TEST(wait_for, ends_when_the_connection_is_lost) {
    const auto shop = new_shop();
    connection database(cluster::shared().conninfo(shop));
    std::thread other([&] {
        std::this_thread::sleep_for(200ms);
        cluster::shared().ask(
            "postgres",
            "SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity"
            " WHERE datname = '" +
                shop + "'");
    });
    const auto failure = error_of([&] { (void)wait_for(database, ">=4000", 30s); });
    other.join();
    EXPECT_EQ(failure.code(), error_code::connection);
    EXPECT_TRUE(failure.retryable());
}

}  // namespace
}  // namespace chronos::test

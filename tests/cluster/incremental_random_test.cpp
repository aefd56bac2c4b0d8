// Random writers, crashes and changes of types against snapshots that build on each other: each one
// must equal a full copy of the same state, and must not once a condition is taken away.
//   CHRONOS_SEED repeats a run, CHRONOS_STEPS says how many snapshots (200)
#include <gmock/gmock.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "chronos/repository.hpp"
#include "cluster/incremental.hpp"

namespace chronos::test {
namespace {

using namespace std::chrono_literals;

constexpr int kTables = 5;
constexpr int kWriters = 3;

unsigned from_environment(const char* name, unsigned otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

// One session that changes rows at random until it is told to stop.
class writer {
  public:
    writer(std::string conninfo, unsigned seed, int number)
        : conninfo_(std::move(conninfo)), random_(seed), name_("w" + std::to_string(number)) {}

    void run(const std::atomic<bool>& stop, const std::atomic<bool>& calm) {
        while (!stop) {
            try {
                internal::session on(conninfo_);
                on.execute(
                    "SET search_path = public; SET lock_timeout = '300ms'; SET client_min_messages "
                    "= error");
                settle_prepared(on);
                while (!stop) {
                    if (calm) {
                        std::this_thread::sleep_for(2ms);
                    } else {
                        step(on);
                    }
                }
            } catch (const error&) {
                // The server was ended; it comes back.
                std::this_thread::sleep_for(20ms);
            }
        }
    }

  private:
    unsigned pick(unsigned below) {
        return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
    }
    std::string table() { return "t" + std::to_string(pick(kTables)); }
    std::string low() { return std::to_string(pick(400)); }

    void settle_prepared(internal::session& on) {
        for (const auto& line :
             on.query("SELECT gid FROM pg_prepared_xacts WHERE gid LIKE '" + name_ + "%'")) {
            on.execute((pick(2) == 0 ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '") + line.text(0) +
                       "'");
        }
    }

    std::string change() {
        const auto t = table();
        const auto from = low();
        switch (pick(9)) {
            case 0:
            case 1:
                return "INSERT INTO " + t + " SELECT g, repeat(md5(g::text), " +
                       std::to_string(1 + pick(60)) + ") FROM generate_series(" + from + ", " +
                       from + " + 5) g ON CONFLICT (id) DO NOTHING";
            case 2:
                return "UPDATE " + t + " SET body = 'u' || left(body, 900) WHERE id BETWEEN " +
                       from + " AND " + from + " + 2";
            case 3:
                return "DELETE FROM " + t + " WHERE id BETWEEN " + from + " AND " + from + " + 3";
            case 4:
                return "SELECT FROM " + t + " WHERE id BETWEEN " + from + " AND " + from +
                       " + 9 FOR KEY SHARE";
            case 5:
                return "SELECT FROM " + t + " WHERE id = " + from + " FOR UPDATE";
            case 6:
                return "INSERT INTO " + t + " VALUES (" + from +
                       ", 'upsert') ON CONFLICT (id) DO UPDATE SET body = 'upserted'";
            case 7:
                return "INSERT INTO " + t + " SELECT " + from +
                       ", string_agg(md5(g::text), '') FROM generate_series(1, 300) g ON CONFLICT "
                       "(id) DO NOTHING";
            default:
                return "DELETE FROM " + t + " WHERE id > 330 - " + std::to_string(pick(100));
        }
    }

    void in_transaction(internal::session& on) {
        on.execute("BEGIN");
        for (unsigned i = 0; i <= pick(3); ++i) {
            const bool nested = pick(3) == 0;
            if (nested) on.execute("SAVEPOINT a");
            on.execute(change());
            if (nested) on.execute(pick(2) == 0 ? "ROLLBACK TO a" : "RELEASE a");
        }
        if (pick(4) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(pick(400)));
        switch (pick(6)) {
            case 0:
                on.execute("ROLLBACK");
                break;
            case 1: {
                const auto id = name_ + std::to_string(++prepared_);
                on.execute("PREPARE TRANSACTION '" + id + "'");
                std::this_thread::sleep_for(std::chrono::milliseconds(pick(100)));
                settle_prepared(on);
                break;
            }
            default:
                on.execute("COMMIT");
        }
    }

    void rarely(internal::session& on) {
        const auto t = table();
        switch (pick(9)) {
            case 0:
                return on.execute("VACUUM FULL " + t);
            case 1:
                return on.execute("BEGIN; TRUNCATE " + t + "; INSERT INTO " + t +
                                  " VALUES (1, 'first'); " +
                                  (pick(3) == 0 ? "COMMIT" : "ROLLBACK"));
            case 2:
                return on.execute("CLUSTER " + t + " USING " + t + "_pkey");
            case 3:
                return on.execute("ALTER TABLE " + t + " ADD c int DEFAULT " + low());
            case 4:
                return on.execute("ALTER TABLE " + t + " DROP c");
            case 5:
                return on.execute("VACUUM FREEZE " + t);
            default:
                return on.execute("VACUUM " + t);
        }
    }

    void step(internal::session& on) {
        try {
            const auto kind = pick(40);
            if (kind == 0) {
                rarely(on);
            } else if (kind < 4) {
                on.execute("VACUUM " + table());
            } else if (kind < 15) {
                in_transaction(on);
            } else {
                on.execute(change());
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(pick(12)));
        } catch (const internal::server_error& failure) {
            if (failure.code() == error_code::connection) throw;
            on.execute("ROLLBACK");
        }
    }

    std::string conninfo_;
    std::mt19937 random_;
    std::string name_;
    int prepared_ = 0;
};

class incremental_at_random : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        seed_ = from_environment("CHRONOS_SEED", std::random_device{}());
        std::printf("CHRONOS_SEED=%u\n", seed_);
        server_ = std::make_unique<proving_cluster>(
            "autovacuum_naptime = 1s\nautovacuum_vacuum_threshold = 5\nmax_connections = 60\n"
            "wal_writer_delay = 10s\nwal_writer_flush_after = 0\n");
    }
    static void TearDownTestSuite() { server_.reset(); }

    void SetUp() override {
        database_ = server_->create();
        url_ = place_.path(database_);
        repository::init(url_);
        random_.seed(seed_);
        std::string sql =
            "CREATE TYPE mood AS ENUM ('m0', 'other'); CREATE TYPE pair AS (a int);"
            "CREATE TABLE quiet AS SELECT g AS id, md5(g::text) AS body FROM generate_series(1, "
            "500) g;";
        for (int i = 0; i < kTables; ++i) {
            const auto t = "t" + std::to_string(i);
            sql += "CREATE TABLE " + t + " (id int PRIMARY KEY, body text" +
                   (i == 0   ? ", m mood DEFAULT 'm0'"
                    : i == 1 ? ", p pair DEFAULT row(7)"
                             : "") +
                   ") WITH (fillfactor = 80); INSERT INTO " + t +
                   " (id, body) SELECT g, repeat(md5(g::text), 12) FROM generate_series(1, 300) g;";
        }
        server_->execute(database_, sql);
        for (int i = 0; i < kWriters; ++i) {
            threads_.emplace_back([this, i] {
                writer(server_->conninfo(database_), seed_ + static_cast<unsigned>(i), i)
                    .run(stop_, calm_);
            });
        }
    }
    void TearDown() override {
        stop_ = true;
        for (auto& thread : threads_) thread.join();
    }

    unsigned pick(unsigned below) {
        return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
    }

    // What is not locked by a snapshot; between two, so that the full copy of each sees no other
    // types.
    void change_types() {
        try {
            switch (pick(6)) {
                case 0:
                    server_->execute(database_, "ALTER TYPE mood RENAME VALUE 'm" +
                                                    std::to_string(label_) + "' TO 'm" +
                                                    std::to_string(label_ + 1) + "'");
                    ++label_;
                    break;
                case 1:
                    server_->execute(database_, "ALTER TYPE pair ADD ATTRIBUTE b int");
                    break;
                case 2:
                    server_->execute(database_, "ALTER TYPE pair DROP ATTRIBUTE b");
                    break;
                default:
                    break;
            }
        } catch (const error&) {
            return;  // it has b already, or not
        }
    }

    // Snapshots until one is wrong; what was wrong, and how much was taken over.
    std::string run(unsigned steps, const internal::proof_conditions& demanded) {
        for (unsigned step = 0; step < steps; ++step) {
            change_types();
            taking_options options;
            options.demanded = demanded;
            options.commit = pick(8) != 0;
            options.write_marker = pick(6) != 0;
            // Now and then nothing moves, so that everything could be taken over.
            calm_ = pick(5) == 0;
            std::this_thread::sleep_for(std::chrono::milliseconds(pick(40)));
            try {
                const auto done = take_and_compare(server_->conninfo(database_), url_, options);
                ranges_ += done.ranges;
                reused_ += done.reused_ranges;
                if (!done.wrong.empty()) {
                    return "snapshot " + std::to_string(step) + ": " + done.wrong.front() + "; " +
                           done.tables;
                }
            } catch (const error& failure) {
                if (failure.code() != error_code::busy) throw;
            }
            if (pick(20) == 0) {
                server_->crash();
                ++crashes_;
            }
        }
        return {};
    }

    static unsigned seed_;
    static std::unique_ptr<proving_cluster> server_;
    scratch place_;
    std::string database_;
    std::string url_;
    std::mt19937 random_;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> calm_ = false;
    std::vector<std::thread> threads_;
    int label_ = 0;
    std::uint64_t ranges_ = 0;
    std::uint64_t reused_ = 0;
    int crashes_ = 0;
};

unsigned incremental_at_random::seed_ = 0;
std::unique_ptr<proving_cluster> incremental_at_random::server_;

TEST_F(incremental_at_random, incremental_equals_full) {
    EXPECT_EQ(run(from_environment("CHRONOS_STEPS", 200), {}), "") << "CHRONOS_SEED=" << seed_;
    std::printf("%llu of %llu ranges taken over, %d crashes\n",
                static_cast<unsigned long long>(reused_), static_cast<unsigned long long>(ranges_),
                crashes_);
    EXPECT_GT(reused_ * 5, ranges_) << "too little was taken over to show anything";
}

// That the run above can fail is shown by taking away what it rests on.
constexpr unsigned kMost = 200;

TEST_F(incremental_at_random, without_settled_rows_it_is_wrong) {
    internal::proof_conditions demanded;
    demanded.settled = false;
    EXPECT_NE(run(kMost, demanded), "");
}

TEST_F(incremental_at_random, without_the_newest_lsn_it_is_wrong) {
    internal::proof_conditions demanded;
    demanded.same_newest = false;
    EXPECT_NE(run(kMost, demanded), "");
}

TEST_F(incremental_at_random, without_the_signature_it_is_wrong) {
    internal::proof_conditions demanded;
    demanded.same_signature = false;
    EXPECT_NE(run(kMost, demanded), "");
}

}  // namespace
}  // namespace chronos::test

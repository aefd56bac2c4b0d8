#include "repository/writing_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "chronos/error.hpp"
#include "chronos/verify.hpp"
#include "repository/hash.hpp"
#include "repository/reading_session.hpp"
#include "unit/sample_manifest.hpp"
#include "unit/temporary_directory.hpp"

namespace chronos::internal {
namespace {

verify_options with_data() {
    verify_options options;
    options.data = true;
    return options;
}

class writing : public testing::Test {
  protected:
    writing() { repository::init(url()); }

    [[nodiscard]] std::string url() const { return place_ / "repo"; }

    [[nodiscard]] std::size_t files(const std::string& folder) const {
        std::size_t count = 0;
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(place_ / ("repo/" + folder))) {
            if (entry.is_regular_file()) ++count;
        }
        return count;
    }

    void snapshot(int number, const std::vector<std::string>& pieces) {
        writing_session session({url()});
        session.commit(sample_manifest(session, sample_id(number), pieces));
    }

    temporary_directory place_;
};

TEST_F(writing, equal_contents_are_stored_once) {
    writing_session session({url()});
    const object_ref first = session.put_object("the same");
    const auto created = session.created_bytes();
    const object_ref second = session.put_object("the same");
    EXPECT_EQ(first, second);
    EXPECT_EQ(files("objects"), 1U);
    EXPECT_EQ(session.created_bytes(), created);
    EXPECT_EQ(created, first.stored_bytes);
}

TEST_F(writing, what_is_kept_is_there_and_noted_and_not_swept) {
    snapshot(1, {"a"});
    {
        writing_session session({url()});
        const auto base =
            session.newest([](const manifest& each) { return each.id == sample_id(1); });
        ASSERT_TRUE(base);
        const object_ref piece = base->tables[0].pieces[0].object;
        EXPECT_TRUE(session.keep_object(piece));
        EXPECT_FALSE(session.keep_object({piece.name, piece.plain_bytes, piece.stored_bytes + 1}));
        EXPECT_FALSE(session.keep_object({std::string(64, '0'), 1, 1}));
        EXPECT_EQ(session.created_bytes(), 0U);
        // Somebody who gives up does not take away what others use.
        EXPECT_THROW(repository::open(url()).sweep(std::chrono::seconds(0)), error);
    }
    EXPECT_TRUE(verify_repository(repository::open(url()), with_data()).intact());
}

TEST_F(writing, what_is_kept_alone_outlives_the_snapshot_that_it_is_from) {
    snapshot(1, {"a"});
    {
        writing_session session({url()});
        manifest next = *session.newest([](const manifest&) { return true; });
        for_each_object(next, [&](const object_ref& ref, const std::string&) {
            EXPECT_TRUE(session.keep_object(ref));
        });
        next.id = sample_id(2);
        session.commit(next);
    }
    std::filesystem::remove(place_ / ("repo/" + manifest_key(sample_id(1))));
    repository::open(url()).sweep(std::chrono::seconds(0));
    EXPECT_TRUE(verify_repository(repository::open(url()), with_data()).intact());
    EXPECT_GT(files("objects"), 3U);
}

TEST_F(writing, the_newest_that_is_wanted_is_found_past_damaged_ones) {
    snapshot(1, {"a"});
    snapshot(2, {"b"});
    snapshot(3, {"c"});
    std::ofstream(place_ / ("repo/" + manifest_key(sample_id(3))), std::ios::app) << "x";
    const writing_session session({url()});
    EXPECT_EQ(session.newest([](const manifest&) { return true; })->id, sample_id(2));
    EXPECT_FALSE(session.newest([](const manifest&) { return false; }));
}

TEST_F(writing, of_those_of_one_second_the_last_is_the_newest) {
    {
        writing_session session({url()});
        const auto commit = [&session](const std::string& id, int microseconds) {
            manifest one = sample_manifest(session, id, {id});
            one.created_at += std::chrono::microseconds(microseconds);
            session.commit(one);
        };
        commit("20260102T030405Z-ffffffff", 1);
        commit("20260102T030405Z-00000000", 3);
        commit("20260102T030405Z-88888888", 2);
        commit("20260102T030404Z-99999999", 9);
    }
    const writing_session session({url()});
    EXPECT_EQ(session.newest([](const manifest&) { return true; })->id,
              "20260102T030405Z-00000000");
}

TEST_F(writing, without_a_commit_nothing_is_left) {
    {
        writing_session session({url()});
        (void)sample_manifest(session, sample_id(1), {"a", "b"});
        EXPECT_GT(files("objects"), 4U);
    }
    EXPECT_EQ(files("objects"), 0U);
    EXPECT_EQ(files("tmp"), 0U);
    EXPECT_EQ(files("snapshots"), 0U);
}

TEST_F(writing, what_a_committed_snapshot_needs_is_never_given_back) {
    snapshot(1, {"shared"});
    const std::size_t before = files("objects");
    {
        writing_session session({url()});
        (void)session.put_object("shared");
        (void)session.put_object("its own");
    }
    EXPECT_EQ(files("objects"), before);
    EXPECT_TRUE(verify_repository(repository::open(url()), with_data()).intact());
}

TEST_F(writing, what_another_writer_uses_meanwhile_is_not_given_back) {
    auto loser = std::make_unique<writing_session>(std::vector{url()});
    (void)loser->put_object("common");
    (void)loser->put_object("of the loser");
    writing_session winner({url()});
    const manifest of = sample_manifest(winner, sample_id(1), {"common"});
    loser.reset();  // not alone: leaves everything
    EXPECT_EQ(files("tmp"), 2U);
    winner.commit(of);  // alone now: takes away what the loser left
    EXPECT_EQ(files("tmp"), 0U);
    EXPECT_TRUE(verify_repository(repository::open(url()), with_data()).intact());
    EXPECT_EQ(repository::open(url()).sweep().objects, 0U);
}

TEST_F(writing, leftovers_of_a_killed_writer_are_taken_away_by_the_next) {
    const pid_t child = ::fork();
    if (child == 0) {
        writing_session session({url()});
        (void)session.put_object("never committed");
        std::ofstream(place_ / "repo/tmp/0123-4") << "half";
        ::_exit(0);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(files("tmp"), 2U);
    EXPECT_EQ(files("objects"), 1U);
    snapshot(1, {"a"});
    EXPECT_EQ(files("tmp"), 0U);
    EXPECT_EQ(repository::open(url()).sweep().objects, 0U);
}

TEST_F(writing, with_a_damaged_manifest_around_nothing_is_taken_away) {
    snapshot(1, {"precious"});
    std::ofstream(place_ / ("repo/snapshots/" + sample_id(1) + ".json"), std::ios::app) << "x";
    const std::size_t before = files("objects");
    {
        writing_session session({url()});
        (void)session.put_object("precious");
    }
    EXPECT_EQ(files("objects"), before);
    EXPECT_THROW(repository::open(url()).sweep(), error);
    EXPECT_EQ(files("objects"), before);
}

TEST_F(writing, an_id_that_exists_is_refused_and_the_old_snapshot_stays) {
    snapshot(1, {"old"});
    try {
        snapshot(1, {"new"});
        FAIL();
    } catch (const error& problem) {
        EXPECT_EQ(problem.code(), error_code::refused);
    }
    reading_session reader(url());
    const manifest found = reader.find(snapshot_selector::latest());
    EXPECT_EQ(reader.get_object(found.tables[0].pieces[0].object), "old");
}

TEST_F(writing, two_repositories_get_the_same_manifest_and_objects) {
    const std::string other = repository::init(place_ / "other").url();
    {
        writing_session session({url(), other});
        session.commit(sample_manifest(session, sample_id(1), {"a", "b"}));
    }
    const auto text = [](const std::string& path) {
        std::ifstream in(path);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const std::string name = "/snapshots/" + sample_id(1) + ".json";
    EXPECT_EQ(text(place_ / ("repo" + name)), text(place_ / ("other" + name)));
    EXPECT_TRUE(verify_repository(repository::open(other), with_data()).intact());
}

TEST_F(writing, a_snapshot_that_one_repository_refuses_is_in_none) {
    const std::string other = repository::init(place_ / "other").url();
    {
        writing_session session({other});
        session.commit(sample_manifest(session, sample_id(1), {"a"}));
    }
    {
        writing_session session({url(), other});
        const manifest of = sample_manifest(session, sample_id(1), {"b"});
        EXPECT_THROW(session.commit(of), error);
    }
    EXPECT_EQ(files("snapshots"), 0U);
    EXPECT_EQ(files("objects"), 0U);
    EXPECT_EQ(repository::open(other).snapshots().size(), 1U);
}

TEST_F(writing, a_truncated_object_is_healed_by_the_next_writer_that_has_it) {
    snapshot(1, {"contents that matter"});
    const std::string name = "objects/" + sha256_hex("contents that matter").substr(0, 2) + "/" +
                             sha256_hex("contents that matter");
    std::filesystem::resize_file(place_ / ("repo/" + name), 5);
    EXPECT_FALSE(verify_repository(repository::open(url())).intact());
    snapshot(2, {"contents that matter"});
    EXPECT_TRUE(verify_repository(repository::open(url()), with_data()).intact());
}

// Another version of zstd makes a frame of another size of the same bytes.
TEST_F(writing, an_object_in_another_frame_is_kept_and_counts_as_intact) {
    const std::string plain(10000, 'x');
    const auto storage = open_storage(url(), access_mode::write);
    const std::string raw_blocks =
        std::string("\x28\xb5\x2f\xfd\x60\x10\x26", 7) + std::string("\x81\x38\x01", 3) + plain;
    ASSERT_TRUE(storage->put(object_key(sha256_hex(plain)), raw_blocks));
    snapshot(1, {plain});
    std::string out;
    ASSERT_TRUE(storage->get(object_key(sha256_hex(plain)), out));
    EXPECT_EQ(out.size(), raw_blocks.size());
    EXPECT_TRUE(verify_repository(repository::open(url())).intact());
}

TEST_F(writing, many_threads_can_put_objects_into_one_session) {
    {
        writing_session session({url()});
        std::vector<piece> pieces(64);
        {
            std::vector<std::jthread> threads;
            for (std::size_t t = 0; t < 4; ++t) {
                threads.emplace_back([&, t] {
                    for (std::size_t i = t; i < pieces.size(); i += 4) {
                        pieces[i] = {session.put_object("piece " + std::to_string(i / 2)), 1};
                    }
                });
            }
        }
        manifest of = sample_manifest(session, sample_id(1), {});
        of.tables[0].pieces = pieces;
        of.tables[0].rows = pieces.size();
        for (const piece& one : pieces) of.tables[0].bytes += one.object.plain_bytes;
        session.commit(of);
    }
    EXPECT_TRUE(verify_repository(repository::open(url()), with_data()).intact());
}

TEST_F(writing, several_writers_at_once_do_not_disturb_each_other) {
    std::vector<pid_t> children;
    for (int n = 1; n <= 4; ++n) {
        const pid_t child = ::fork();
        if (child == 0) {
            try {
                for (int i = 0; i < 5; ++i) {
                    {
                        writing_session fails({url()});
                        (void)fails.put_object("shared by all");
                        (void)fails.put_object("lost " + std::to_string(n));
                    }
                    snapshot(n * 100 + i, {"shared by all", "own " + std::to_string(n * 10 + i)});
                }
            } catch (...) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    const verify_report report = verify_repository(repository::open(url()), with_data());
    EXPECT_EQ(report.snapshots.size(), 20U);
    EXPECT_TRUE(report.intact());
    snapshot(1, {"last"});
    EXPECT_EQ(repository::open(url()).sweep().objects, 0U);
}

TEST_F(writing, a_sweep_waits_for_nobody) {
    const reading_session reader(url());
    try {
        repository::open(url()).sweep();
        FAIL();
    } catch (const error& problem) {
        EXPECT_EQ(problem.code(), error_code::busy);
        EXPECT_TRUE(problem.retryable());
    }
}

}  // namespace
}  // namespace chronos::internal

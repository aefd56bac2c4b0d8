#include "repository/directory_storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "chronos/error.hpp"
#include "chronos/repository.hpp"
#include "unit/failing_calls.hpp"
#include "unit/sample_manifest.hpp"
#include "unit/temporary_directory.hpp"

namespace chronos::internal {
namespace {

using testing::HasSubstr;

class directory : public testing::Test {
  protected:
    directory() { repository::init(url()); }

    [[nodiscard]] std::string url() const { return place_ / "repo"; }
    [[nodiscard]] static std::string key(char digit) { return object_key(std::string(64, digit)); }
    [[nodiscard]] mode_t mode(const std::string& name) const {
        struct stat status {};
        EXPECT_EQ(::stat((place_ / ("repo/" + name)).c_str(), &status), 0) << name;
        return status.st_mode & 07777;
    }
    [[nodiscard]] std::shared_ptr<storage> open(access_mode mode = access_mode::write) const {
        return open_storage(url(), mode);
    }

    template <typename Action>
    static error failure(Action action) {
        try {
            action();
        } catch (const error& problem) {
            return problem;
        }
        ADD_FAILURE() << "nothing was thrown";
        return {error_code::internal, ""};
    }

    temporary_directory place_;
};

TEST_F(directory, is_closed_to_other_users) {
    ::umask(0);
    const std::string open_url = place_ / "second";
    repository::init(open_url);
    std::filesystem::remove_all(url());
    std::filesystem::rename(open_url, place_ / "repo");
    EXPECT_TRUE(open()->put(key('a'), "x"));
    ::umask(022);
    for (const char* name : {"", "objects", "objects/aa", "snapshots", "tmp", "restore.sh"}) {
        EXPECT_EQ(mode(name), 0700U) << name;
    }
    for (const std::string& name :
         {std::string("format.json"), std::string("FORMAT.md"), std::string("lock"), key('a')}) {
        EXPECT_EQ(mode(name), 0600U) << name;
    }
}

TEST_F(directory, that_is_missing_or_something_else_is_told_apart) {
    error problem = failure([&] { repository::open(place_ / "nowhere"); });
    EXPECT_EQ(problem.code(), error_code::not_found);
    EXPECT_THAT(problem.hint(), HasSubstr("repository init"));
    problem = failure([&] { repository::open(place_.path()); });
    EXPECT_EQ(problem.code(), error_code::not_found);
    EXPECT_THAT(problem.what(), HasSubstr("is not a chronos repository"));
    std::ofstream(place_ / "file") << "x";
    EXPECT_THAT(failure([&] { repository::open(place_ / "file"); }).what(),
                HasSubstr("is not a directory"));
    problem = failure([&] { repository::init(place_ / "no/parent"); });
    EXPECT_EQ(problem.code(), error_code::not_found);
    EXPECT_THAT(problem.hint(), HasSubstr("above it"));
}

TEST_F(directory, of_a_newer_format_is_refused) {
    const std::string id(32, 'a');
    const auto write = [&](const std::string& format) {
        std::ofstream(place_ / "repo/format.json")
            << "{\"format\":" + format + ",\"id\":\"" + id +
                   "\",\"created_at\":\"2026-11-23T04:19:32Z\"}";
    };
    write("{\"major\":2,\"min_reader\":2}");
    EXPECT_EQ(failure([&] { repository::open(url()); }).code(), error_code::wrong_component);
    write("{\"major\":2,\"min_reader\":1}");
    EXPECT_EQ(repository::open(url()).id(), id);
    EXPECT_EQ(failure([&] { writing_session session({url()}); }).code(),
              error_code::wrong_component);
    write("[]");
    EXPECT_EQ(failure([&] { repository::open(url()); }).code(), error_code::damaged);
    write("{\"major\":1");
    EXPECT_EQ(failure([&] { repository::open(url()); }).code(), error_code::damaged);
}

TEST_F(directory, that_only_its_owner_may_read_says_so) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may do everything";
    std::filesystem::permissions(url(), std::filesystem::perms::none);
    const error problem = failure([&] { repository::open(url()); });
    std::filesystem::permissions(url(), std::filesystem::perms::owner_all);
    EXPECT_EQ(problem.code(), error_code::permission);
    EXPECT_THAT(problem.hint(), HasSubstr("that user"));
}

TEST_F(directory, that_cannot_be_written_can_be_read_but_refuses_a_writer_at_once) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may do everything";
    const auto all = std::filesystem::perms::owner_all;
    const auto read_only = std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec;
    std::filesystem::permissions(place_ / "repo/tmp", read_only);
    const error problem = failure([&] { writing_session session({url()}); });
    EXPECT_TRUE(repository::open(url()).snapshots().empty());
    std::filesystem::permissions(place_ / "repo/tmp", all);
    EXPECT_EQ(problem.code(), error_code::permission);
}

TEST_F(directory, follows_no_symbolic_link_inside) {
    const auto storage = open();
    ASSERT_TRUE(storage->put(key('a'), "x"));
    std::ofstream(place_ / "secret") << "secret";
    const std::string planted =
        place_ / ("repo/" + key('a').substr(0, 11) + std::string(62, 'a') + "bb");
    std::filesystem::create_symlink(place_ / "secret", planted);
    std::string out;
    const error problem =
        failure([&] { (void)storage->get(object_key(std::string(62, 'a') + "bb"), out); });
    EXPECT_THAT(problem.what(), HasSubstr("symbolic link"));
    EXPECT_NE(out, "secret");

    std::filesystem::create_directory(place_ / "elsewhere");
    std::filesystem::create_directory_symlink(place_ / "elsewhere", place_ / "repo/objects/bb");
    EXPECT_THROW((void)storage->put(key('b'), "x"), error);
    EXPECT_TRUE(std::filesystem::is_empty(place_ / "elsewhere"));

    std::filesystem::remove_all(place_ / "repo/snapshots");
    std::filesystem::create_directory_symlink(place_ / "elsewhere", place_ / "repo/snapshots");
    EXPECT_THROW((void)open(), error);
}

TEST_F(directory, does_not_hang_on_a_pipe) {
    ASSERT_EQ(::mkfifo((place_ / "repo/snapshots/20261123T041932Z-00000001.json").c_str(), 0600),
              0);
    std::string out;
    EXPECT_THROW((void)open()->get(manifest_key("20261123T041932Z-00000001"), out), error);
}

TEST_F(directory, opens_no_path_that_is_not_its_own) {
    const auto storage = open();
    std::string out;
    for (const char* path : {"objects/../format.json", "objects/aa/../../format.json",
                             "/etc/passwd", "objects/aa/short", "../x/y", "other/x"}) {
        EXPECT_THROW((void)storage->get(path, out), error) << path;
    }
    const std::string other_folder = "objects/ab/" + std::string(64, 'c');
    EXPECT_THROW((void)storage->get(other_folder, out), error);
}

TEST_F(directory, may_hold_lost_and_found_when_it_is_made) {
    std::filesystem::create_directories(place_ / "disk/lost+found");
    EXPECT_FALSE(repository::init(place_ / "disk").id().empty());
}

TEST_F(directory, copied_without_its_lock_can_be_read) {
    std::filesystem::remove(place_ / "repo/lock");
    EXPECT_TRUE(open(access_mode::read)->try_lock(lock_mode::shared));
}

TEST_F(directory, tells_a_failing_device_from_a_full_one) {
    for (const auto& [number, code] :
         {std::pair{EIO, error_code::repository}, std::pair{ENOSPC, error_code::space},
          std::pair{EDQUOT, error_code::space}, std::pair{EROFS, error_code::permission},
          std::pair{EACCES, error_code::permission}}) {
        failing_calls calls(failing_calls::kind::forever, 1, number);
        directory_storage storage(parse_repository_url(url()), access_mode::write, calls);
        const error problem = failure([&] { (void)storage.put(key('d'), "x"); });
        EXPECT_EQ(problem.code(), code) << problem.what();
        EXPECT_THAT(problem.what(), HasSubstr("repo")) << problem.what();
        EXPECT_FALSE(problem.hint().empty());
    }
}

// Notes what is made durable, and in which order.
class recording_calls final : public file_calls {
  public:
    int sync(int file) override {
        events_.push_back("sync " + path_of(file));
        return file_calls::sync(file);
    }
    int link(int from_directory, const char* from, int to_directory, const char* to) override {
        events_.push_back("link " + path_of(from_directory) + "/" + from + " " +
                          path_of(to_directory) + "/" + to);
        return file_calls::link(from_directory, from, to_directory, to);
    }
    int mkdir(int directory, const char* path, mode_t mode) override {
        events_.push_back("mkdir " + path_of(directory) + "/" + path);
        return file_calls::mkdir(directory, path, mode);
    }
    [[nodiscard]] std::size_t last(const std::string& event) const {
        for (std::size_t i = events_.size(); i > 0; --i) {
            if (events_[i - 1] == event) return i;
        }
        ADD_FAILURE() << "never: " << event;
        return 0;
    }
    [[nodiscard]] const std::vector<std::string>& events() const { return events_; }

  private:
    static std::string path_of(int file) {
        return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file)).string();
    }
    std::vector<std::string> events_;
};

TEST_F(directory, makes_everything_durable_before_the_manifest_can_be_seen) {
    recording_calls calls;
    writing_session session({std::make_shared<directory_storage>(parse_repository_url(url()),
                                                                 access_mode::write, calls)});
    session.commit(sample_manifest(session, sample_id(1), {"a", "b", "c"}));

    const std::string root = url();
    const auto seen_at = [&](std::size_t i) { return calls.events()[i]; };
    std::size_t manifest = 0;
    std::size_t objects = 0;
    for (std::size_t i = 0; i < calls.events().size(); ++i) {
        if (!seen_at(i).starts_with("link ")) continue;
        const auto blank = seen_at(i).rfind(' ');
        const std::string from = seen_at(i).substr(5, blank - 5);
        const std::string to = seen_at(i).substr(blank + 1);
        EXPECT_LE(calls.last("sync " + from), i) << "contents first: " << to;
        const bool is_manifest = to.starts_with(root + "/snapshots/");
        if (is_manifest) manifest = i + 1;
        if (!is_manifest) ++objects;
    }
    EXPECT_EQ(objects, 7U);
    ASSERT_NE(manifest, 0U);
    for (std::size_t i = 0; i < calls.events().size(); ++i) {
        const auto blank = seen_at(i).rfind(' ');
        const std::string to = seen_at(i).substr(blank + 1);
        if (!seen_at(i).starts_with("link ") || to.starts_with(root + "/snapshots/")) continue;
        EXPECT_LT(i, manifest);
        const std::size_t synced = calls.last("sync " + to.substr(0, to.rfind('/')));
        EXPECT_GT(synced, i + 1) << "name of " << to;
        EXPECT_LT(synced, manifest) << "name of " << to;
    }
    const std::size_t folders = calls.last("sync " + root + "/objects");
    const auto last_folder =
        std::find_if(calls.events().rbegin(), calls.events().rend(),
                     [](const std::string& event) { return event.starts_with("mkdir "); });
    ASSERT_NE(last_folder, calls.events().rend());
    EXPECT_GT(folders, calls.last(*last_folder));
    EXPECT_LT(folders, manifest);
    EXPECT_GT(calls.last("sync " + root + "/snapshots"), manifest);
}

}  // namespace
}  // namespace chronos::internal

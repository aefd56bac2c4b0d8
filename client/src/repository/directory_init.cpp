// Makes a repository: format.json comes last, so that a directory is a repository only when all
// the rest is there.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "chronos/error.hpp"
#include "repository/directory_files.hpp"
#include "repository/directory_storage.hpp"
#include "repository/file_error.hpp"
#include "repository/format.hpp"
#include "repository/manifest.hpp"
#include "repository/random.hpp"
#include "repository/rescue_files.hpp"

namespace chronos::internal {
namespace {

constexpr std::array kDirectories = {"objects", "snapshots", "tmp"};

class initializer {
  public:
    initializer(const repository_url& url, file_calls& calls) : url_(url), calls_(calls) {}

    void run() {
        make_root();
        root_ = open_repository_directory(url_);
        if (file_size(root_.get(), kFormatKey, url_)) return;
        refuse_strangers();
        for (const char* name : kDirectories) {
            if (calls_.mkdir(root_.get(), name, 0700) != 0 && errno != EEXIST) {
                fail("make a directory");
            }
        }
        tmp_ = open_subdirectory(root_.get(), "tmp", url_);
        write_file("lock", {}, 0600);
        write_file("FORMAT.md", format_description(), 0600);
        write_file("restore.sh", rescue_script(), 0700);
        sync(root_.get());
        const auto now =
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
        write_file(kFormatKey, to_json({kFormatMajor, kFormatMinReader, random_hex(16), now}),
                   0600);
        sync(root_.get());
    }

  private:
    [[noreturn]] void fail(const std::string& action) const {
        throw_file_error(errno, url_.text, action);
    }

    void make_root() {
        if (calls_.mkdir(AT_FDCWD, url_.path.c_str(), 0700) == 0) {
            const std::string parent =
                url_.path.substr(0, std::max<std::size_t>(url_.path.rfind('/'), 1));
            const file_handle directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            if (directory) sync(directory.get());
            return;
        }
        if (errno == EEXIST) return;
        if (errno == ENOENT) {
            throw error(error_code::not_found,
                        "could not make repository \"" + url_.text +
                            "\": the directory above it "
                            "does not exist",
                        {},
                        "Make the directory above it first, and check that its device is "
                        "mounted.");
        }
        fail("make the directory");
    }

    // What an interrupted init left behind is no stranger.
    void refuse_strangers() {
        static constexpr std::array kKnown = {"objects",   "snapshots",  "tmp",       "lock",
                                              "FORMAT.md", "restore.sh", "lost+found"};
        for (const std::string& name : file_names(root_.get(), url_)) {
            if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) refuse(name);
        }
        for (const char* name : {"objects", "snapshots"}) {
            const file_handle directory(
                ::openat(root_.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (!directory && errno == ENOENT) continue;
            if (!directory || !file_names(directory.get(), url_).empty()) refuse(name);
        }
    }

    [[noreturn]] void refuse(const std::string& name) const {
        throw error(error_code::refused,
                    "directory \"" + url_.path + "\" is not empty and not a repository",
                    "It holds \"" + name + "\".", "Name an empty or a new directory.");
    }

    void write_file(const char* name, std::string_view contents, mode_t mode) {
        const std::string unfinished = "init-" + random_hex(8);
        const file_handle file(calls_.open(tmp_.get(), unfinished.c_str(),
                                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
        if (!file) fail("create a file");
        const bool good = calls_.write_all(file.get(), contents) && calls_.sync(file.get()) == 0 &&
                          (calls_.link(tmp_.get(), unfinished.c_str(), root_.get(), name) == 0 ||
                           errno == EEXIST);
        const int reason = errno;
        calls_.unlink(tmp_.get(), unfinished.c_str());
        errno = reason;
        if (!good) fail(std::string("write ") + name);
    }

    void sync(int directory) {
        if (calls_.sync(directory) != 0) fail("sync a directory");
    }

    const repository_url& url_;
    file_calls& calls_;
    file_handle root_;
    file_handle tmp_;
};

}  // namespace

void directory_storage::init(const repository_url& where, file_calls& calls) {
    initializer(where, calls).run();
}

}  // namespace chronos::internal

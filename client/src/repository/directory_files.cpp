#include "repository/directory_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "chronos/error.hpp"
#include "repository/file_error.hpp"

namespace chronos::internal {
namespace {

[[noreturn]] void fail(const repository_url& url, const std::string& action) {
    throw_file_error(errno, url.text, action);
}

[[noreturn]] void fail_not_regular(const repository_url& url, const std::string& name) {
    throw error(error_code::repository,
                "\"" + name + "\" in repository \"" + url.text + "\" is not a regular file");
}

}  // namespace

bool read_file(int directory, const std::string& name, const repository_url& url,
               std::string& out) {
    // Not blocking, in case somebody put a pipe there.
    const file_handle file(
        ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) return false;
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) fail(url, "open \"" + name + "\"");
    if (!S_ISREG(status.st_mode)) fail_not_regular(url, name);
    out.resize(static_cast<std::size_t>(status.st_size));
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got = ::read(file.get(), out.data() + done, out.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(url, "read \"" + name + "\"");
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    out.resize(done);
    return true;
}

std::optional<std::uint64_t> file_size(int directory, const std::string& name,
                                       const repository_url& url) {
    struct stat status {};
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return std::nullopt;
        fail(url, "look at \"" + name + "\"");
    }
    if (!S_ISREG(status.st_mode)) fail_not_regular(url, name);
    return static_cast<std::uint64_t>(status.st_size);
}

std::vector<std::string> file_names(int directory, const repository_url& url) {
    file_handle again(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct closer {
        void operator()(DIR* stream) const { ::closedir(stream); }
    };
    const std::unique_ptr<DIR, closer> stream(again ? ::fdopendir(again.get()) : nullptr);
    if (!stream) fail(url, "list a directory");
    again.release();
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) break;
        std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(std::move(name));
    }
    if (errno != 0) fail(url, "list a directory");
    return names;
}

file_handle open_repository_directory(const repository_url& url) {
    file_handle root(::open(url.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root) return root;
    if (errno == ENOENT) {
        throw error(error_code::not_found, "repository \"" + url.text + "\" does not exist", {},
                    "Make it with: chronosctl repository init " + url.text);
    }
    if (errno == ENOTDIR) {
        throw error(error_code::repository, "repository \"" + url.text + "\" is not a directory");
    }
    fail(url, "open the directory");
}

file_handle open_subdirectory(int root, const char* name, const repository_url& url) {
    file_handle directory(::openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (directory) return directory;
    if (errno == ENOENT) {
        throw error(error_code::damaged,
                    "repository \"" + url.text + "\" has no directory \"" + name + "\"", {},
                    "If it is a copy, copy it again with all its directories; an empty one can be "
                    "made by hand.");
    }
    fail(url, std::string("open the directory ") + name);
}

void fail_no_repository(const repository_url& url) {
    throw error(error_code::not_found, "\"" + url.text + "\" is not a chronos repository",
                "It holds no format.json.",
                "Make one in an empty directory with: chronosctl repository init " + url.text);
}

}  // namespace chronos::internal

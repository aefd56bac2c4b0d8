#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "chronos/error.hpp"
#include "chronos/found_cluster.hpp"

namespace chronos {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const fs::path& path, int reason) {
    auto code = error_code::repository;
    if (reason == EACCES || reason == EPERM) code = error_code::permission;
    if (reason == ENOSPC || reason == EDQUOT) code = error_code::space;
    throw error(code, fmt::format("could not {} \"{}\"", what, path.string()),
                std::strerror(reason));
}

class file {
  public:
    file(const fs::path& path, int flags, mode_t mode, const char* purpose)
        : number_(open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode)) {
        if (number_ < 0) fail(purpose, path, errno);
    }
    ~file() { close(number_); }
    file(const file&) = delete;
    file& operator=(const file&) = delete;
    [[nodiscard]] int get() const noexcept { return number_; }

  private:
    int number_;
};

void sync_folder(const fs::path& path) {
    const file folder(path, O_RDONLY | O_DIRECTORY, 0, "open");
    if (fsync(folder.get()) != 0) fail("write", path, errno);
}

class copier {
  public:
    copier(const std::function<void(std::uint64_t, std::uint64_t)>& progress, std::uint64_t total)
        : progress_(progress), total_(total) {}

    copy_report report;

    // Names are read before anything is written, so that a copy into itself could not go on
    // forever.
    void folder(const fs::path& from, const fs::path& to, const std::string& inside) {
        const std::vector<std::string> names = names_in(from);
        for (const std::string& name : names) {
            const std::string below = inside.empty() ? name : inside + "/" + name;
            struct stat status {};
            if (lstat((from / name).c_str(), &status) != 0) fail("look at", from / name, errno);
            if (S_ISLNK(status.st_mode)) {
                link(from / name, to / name, below);
            } else if (S_ISDIR(status.st_mode)) {
                if (mkdir((to / name).c_str(), 0700) != 0) fail("make", to / name, errno);
                folder(from / name, to / name, below);
                keep_owner(to / name, status);
            } else if (S_ISREG(status.st_mode) && below != "postmaster.pid") {
                regular(from / name, to / name, status);
                keep_owner(to / name, status);
            }
        }
        sync_folder(to);
    }

    static void keep_owner(const fs::path& path, const struct stat& status) {
        // Only root may give files away; whoever copies owns them otherwise.
        (void)!lchown(path.c_str(), status.st_uid, status.st_gid);
        (void)chmod(path.c_str(), status.st_mode & 07777);
        const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
        (void)utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
    }

  private:
    static std::vector<std::string> names_in(const fs::path& path) {
        DIR* open = opendir(path.c_str());
        if (open == nullptr) fail("read", path, errno);
        std::vector<std::string> names;
        errno = 0;
        while (const dirent* one = readdir(open)) {
            const std::string name = one->d_name;
            if (name != "." && name != "..") names.push_back(name);
        }
        const int reason = errno;
        closedir(open);
        if (reason != 0) fail("read", path, reason);
        return names;
    }

    void link(const fs::path& from, const fs::path& to, const std::string& below) {
        const fs::path target = fs::read_symlink(from);
        if (symlink(target.c_str(), to.c_str()) != 0) fail("make", to, errno);
        report.links.push_back(below + " -> " + target.string());
    }

    void regular(const fs::path& from, const fs::path& to, const struct stat& status) {
        const file source(from, O_RDONLY | O_NOATIME, 0, "read");
        const file target(to, O_WRONLY | O_CREAT | O_EXCL, 0600, "make");
        std::vector<char> buffer(std::size_t(1) << 20);
        std::uint64_t copied = 0;
        while (true) {
            const ssize_t got = ::read(source.get(), buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail("read", from, errno);
            if (got == 0) break;
            write_all(target.get(), to, buffer.data(), static_cast<std::size_t>(got));
            copied += static_cast<std::uint64_t>(got);
            report.bytes += static_cast<std::uint64_t>(got);
            if (progress_) progress_(report.bytes, total_);
        }
        if (fsync(target.get()) != 0) fail("write", to, errno);
        struct stat now {};
        const bool same = fstat(source.get(), &now) == 0 &&
                          now.st_mtim.tv_sec == status.st_mtim.tv_sec &&
                          now.st_mtim.tv_nsec == status.st_mtim.tv_nsec &&
                          copied == static_cast<std::uint64_t>(status.st_size);
        if (!same) {
            throw error(error_code::refused,
                        fmt::format("\"{}\" changed while it was copied", from.string()), {},
                        "Something writes into the cluster; stop it, and copy again.");
        }
        ++report.files;
    }

    static void write_all(int to, const fs::path& path, const char* bytes, std::size_t count) {
        while (count > 0) {
            const ssize_t written = ::write(to, bytes, count);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("write", path, errno);
            bytes += written;
            count -= static_cast<std::size_t>(written);
        }
    }

    const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
    std::uint64_t total_;
};

found_cluster stopped_cluster(const std::string& from) {
    cluster_scan scan = find_clusters(from);
    if (scan.clusters.empty() || !fs::equivalent(scan.clusters.front().path, from)) {
        throw error(error_code::not_found,
                    fmt::format("\"{}\" is no data directory of PostgreSQL", from),
                    scan.unreadable.empty() ? "" : scan.unreadable.front());
    }
    found_cluster found = std::move(scan.clusters.front());
    if (found.running == liveness::stopped) return found;
    throw error(error_code::refused,
                found.running == liveness::running
                    ? fmt::format("the cluster in \"{}\" is running", from)
                    : fmt::format("cannot tell whether the cluster in \"{}\" is running", from),
                found.running_because + ".",
                found.running == liveness::running
                    ? "Files of a running server cannot be copied one by one; take a snapshot, or "
                      "stop it first."
                    : "Run this as root on the machine itself, where all processes can be seen.");
}

void make_target(const fs::path& to) {
    if (mkdir(to.c_str(), 0700) == 0) return;
    if (errno != EEXIST) fail("make", to, errno);
    std::error_code failure;
    if (!fs::is_directory(to, failure) || !fs::is_empty(to, failure) || failure) {
        throw error(error_code::refused, fmt::format("\"{}\" is not an empty folder", to.string()),
                    {}, "Name one that does not exist yet.");
    }
}

}  // namespace

copy_report copy_cluster(const std::string& from, const std::string& to,
                         const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    const found_cluster found = stopped_cluster(from);
    const fs::path source = fs::canonical(from);
    const fs::path target = fs::weakly_canonical(to);
    const auto inside = target.lexically_relative(source).string();
    if (inside == "." || (!inside.empty() && !inside.starts_with(".."))) {
        throw error(error_code::refused,
                    fmt::format("\"{}\" lies in the cluster that is to be copied", to));
    }
    make_target(target);
    copier copy(progress, found.bytes);
    copy.folder(source, target, "");
    struct stat status {};
    if (stat(source.c_str(), &status) == 0) copier::keep_owner(target, status);
    sync_folder(target);
    sync_folder(target.parent_path());
    (void)stopped_cluster(from);
    return std::move(copy.report);
}

}  // namespace chronos

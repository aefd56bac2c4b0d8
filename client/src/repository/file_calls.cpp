#include "repository/file_calls.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace chronos::internal {

int file_calls::open(int directory, const char* path, int flags, mode_t mode) {
    return ::openat(directory, path, flags, mode);
}

ssize_t file_calls::write(int file, const void* bytes, std::size_t size) {
    return ::write(file, bytes, size);
}

int file_calls::sync(int file) {
    if (::fsync(file) == 0) return 0;
    // Some network file systems cannot sync a directory and need not.
    struct stat status {};
    const int reason = errno;
    if (reason == EINVAL && ::fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) return 0;
    errno = reason;
    return -1;
}

bool file_calls::write_all(int file, std::string_view contents) {
    while (!contents.empty()) {
        const ssize_t written = write(file, contents.data(), contents.size());
        if (written == 0) errno = EIO;
        if (written == 0 || (written < 0 && errno != EINTR)) return false;
        if (written > 0) contents.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

int file_calls::link(int from_directory, const char* from, int to_directory, const char* to) {
    const int result = ::linkat(from_directory, from, to_directory, to, 0);
    if (result == 0 || (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)) return result;
    // A file system without hard links.
    const int renamed = ::renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE);
    if (renamed == 0 || errno != EINVAL) return renamed;
    // Nor that. Names are of contents, or random: what could be overwritten is the same.
    if (::faccessat(to_directory, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return ::renameat(from_directory, from, to_directory, to);
}

int file_calls::rename(int from_directory, const char* from, int to_directory, const char* to) {
    return ::renameat(from_directory, from, to_directory, to);
}

int file_calls::unlink(int directory, const char* path) { return ::unlinkat(directory, path, 0); }

int file_calls::mkdir(int directory, const char* path, mode_t mode) {
    return ::mkdirat(directory, path, mode);
}

file_calls& file_calls::real() {
    static file_calls calls;
    return calls;
}

file_handle& file_handle::operator=(file_handle&& other) noexcept {
    if (this != &other) {
        if (file_ >= 0) ::close(file_);
        file_ = other.release();
    }
    return *this;
}

file_handle::~file_handle() {
    if (file_ >= 0) ::close(file_);
}

}  // namespace chronos::internal

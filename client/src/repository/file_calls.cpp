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

int file_calls::sync(int file) { return ::fsync(file); }

int file_calls::link(int from_directory, const char* from, int to_directory, const char* to) {
    const int result = ::linkat(from_directory, from, to_directory, to, 0);
    if (result == 0 || (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)) return result;
    // A file system without hard links.
    return ::renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE);
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

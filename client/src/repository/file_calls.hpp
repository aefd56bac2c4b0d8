// The system calls that change a repository, behind one small interface: tests let the n-th call
// fail or be the last.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string_view>

namespace chronos::internal {

// Each returns what the system call returns, and sets errno.
class file_calls {
  public:
    virtual ~file_calls() = default;

    virtual int open(int directory, const char* path, int flags, mode_t mode);
    virtual ssize_t write(int file, const void* bytes, std::size_t size);
    virtual int sync(int file);
    // Fails with EEXIST if `to` exists.
    virtual int link(int from_directory, const char* from, int to_directory, const char* to);
    // Takes the place of `to`.
    virtual int rename(int from_directory, const char* from, int to_directory, const char* to);
    virtual int unlink(int directory, const char* path);
    virtual int mkdir(int directory, const char* path, mode_t mode);

    // Many calls of write. False: see errno.
    [[nodiscard]] bool write_all(int file, std::string_view contents);

    // The operating system's.
    static file_calls& real();
};

// Closes what it holds.
class file_handle {
  public:
    explicit file_handle(int file = -1) noexcept : file_(file) {}
    file_handle(file_handle&& other) noexcept : file_(other.release()) {}
    file_handle& operator=(file_handle&& other) noexcept;
    ~file_handle();

    [[nodiscard]] int get() const noexcept { return file_; }
    [[nodiscard]] explicit operator bool() const noexcept { return file_ >= 0; }
    int release() noexcept {
        const int file = file_;
        file_ = -1;
        return file;
    }

  private:
    int file_;
};

}  // namespace chronos::internal

// System calls that fail, or end the process, at a given one.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "repository/file_calls.hpp"

namespace chronos::internal {

class failing_calls final : public file_calls {
  public:
    enum class kind {
        once,     // the n-th call fails, later ones work: a full device
        forever,  // the n-th and all later ones fail: as if the process had ended there
        exit,     // the process ends before the n-th, as by kill -9
    };

    failing_calls(kind what, int number, int error_number = EIO)
        : kind_(what), number_(number), error_number_(error_number) {}

    // True if the run came as far as the call that fails.
    [[nodiscard]] bool reached() const { return count_ >= number_; }
    [[nodiscard]] int count() const { return count_; }

    int open(int directory, const char* path, int flags, mode_t mode) override {
        return fails() ? -1 : file_calls::open(directory, path, flags, mode);
    }
    ssize_t write(int file, const void* bytes, std::size_t size) override {
        if (!fails()) return file_calls::write(file, bytes, size);
        // What a full device does: it takes a part.
        const int reason = errno;
        if (size > 1 && file_calls::write(file, bytes, size / 2) < 0) return -1;
        errno = reason;
        return -1;
    }
    // Counted, but nothing is made durable: the machine stays up, and tests are many.
    int sync(int) override { return fails() ? -1 : 0; }
    int link(int from_directory, const char* from, int to_directory, const char* to) override {
        return fails() ? -1 : file_calls::link(from_directory, from, to_directory, to);
    }
    int rename(int from_directory, const char* from, int to_directory, const char* to) override {
        return fails() ? -1 : file_calls::rename(from_directory, from, to_directory, to);
    }
    int unlink(int directory, const char* path) override {
        return fails() ? -1 : file_calls::unlink(directory, path);
    }
    int mkdir(int directory, const char* path, mode_t mode) override {
        return fails() ? -1 : file_calls::mkdir(directory, path, mode);
    }

  private:
    bool fails() {
        const int now = ++count_;
        if (now < number_ || (kind_ == kind::once && now > number_)) return false;
        if (kind_ == kind::exit) ::_exit(137);
        errno = error_number_;
        return true;
    }

    kind kind_;
    int number_;
    int error_number_;
    std::atomic<int> count_ = 0;
};

// None fails.
class hasty_calls final : public file_calls {
  public:
    int sync(int) override { return 0; }
};

}  // namespace chronos::internal

// The two kinds of error that cross the doors of door.hpp.
//
// backend_error is an error of the server on its way through C++ frames. It owns copies of all its
// texts, so it outlives the memory context in which it was raised.
// sql_error is an error of our own, worded as PostgreSQL words its errors.
#pragma once

#include "backend/backend.hpp"

namespace chronos::backend {

class backend_error : public std::exception {
  public:
    // Takes what ereport() left on the error stack and empties that stack. Called once, right after
    // the jump, with the caller's memory context current.
    static backend_error take();

    [[nodiscard]] int sqlstate() const noexcept;
    [[nodiscard]] const char* what() const noexcept override;
    [[nodiscard]] std::string detail() const;
    [[nodiscard]] std::string hint() const;

    // A copy in ErrorContext, fit for ReThrowError(). May raise out of memory.
    [[nodiscard]] ErrorData* to_error_data() const;

  private:
    struct fields;
    explicit backend_error(std::shared_ptr<const fields> data) noexcept : data_(std::move(data)) {}
    std::shared_ptr<const fields> data_;
};

class sql_error : public std::exception {
  public:
    // sqlstate: an ERRCODE_ value. message: lower case, no full stop; detail and hint: sentences.
    sql_error(int sqlstate, std::string message, std::string detail = {}, std::string hint = {})
        : sqlstate_(sqlstate),
          message_(std::move(message)),
          detail_(std::move(detail)),
          hint_(std::move(hint)) {}

    [[nodiscard]] int sqlstate() const noexcept { return sqlstate_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
    [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

  private:
    int sqlstate_;
    std::string message_;
    std::string detail_;
    std::string hint_;
};

// Plain data only: it lives on a frame that ereport() jumps over.
struct failure {
    ErrorData* data;  // of the server, or null for the texts below
    int sqlstate;
    char message[1024];
    char detail[1024];
    char hint[1024];
};

// Inside a catch block: what was caught, as plain data. Never throws.
void describe_current_exception(failure& out) noexcept;

// Outside of any catch block: hands the failure to the server as an ERROR.
[[noreturn]] void raise(const failure& failed);

}  // namespace chronos::backend

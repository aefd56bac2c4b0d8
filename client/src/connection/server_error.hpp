// Errors of the server as errors of the library.
#pragma once

#include <string>
#include <string_view>

#include "chronos/error.hpp"

namespace chronos::internal {

// An error that the server reported, with its SQLSTATE.
class server_error : public error {
  public:
    server_error(error_code code, const std::string& message, std::string detail, std::string hint,
                 std::string sqlstate, std::size_t position = 0, std::string context = {})
        : error(code, message, std::move(detail), std::move(hint)),
          sqlstate_(std::move(sqlstate)),
          position_(position),
          context_(std::move(context)) {}

    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }
    // The character of the statement, from 1; 0: unknown. Known of session::run() alone.
    [[nodiscard]] std::size_t position() const noexcept { return position_; }
    // What called what, such as the lines of a function; known of session::run() alone.
    [[nodiscard]] const std::string& context() const noexcept { return context_; }

  private:
    std::string sqlstate_;
    std::size_t position_;
    std::string context_;
};

// The fields of a report; also what a notice consists of.
struct server_report {
    std::string severity;
    std::string sqlstate;
    std::string message;
    std::string detail;
    std::string hint;
    std::size_t position = 0;
    std::string context = {};
};

[[nodiscard]] error_code code_of_sqlstate(std::string_view sqlstate) noexcept;

[[nodiscard]] server_error make_error(const server_report& report);

// Takes apart what libpq prints: "ERROR:  42P01: message\nDETAIL:  ...\nHINT:  ...\nCONTEXT:  ...".
[[nodiscard]] server_report parse_report(std::string_view text);

// The parts of a failed attempt to connect, as far as they are known.
struct connection_attempt {
    std::string message;  // of libpq
    std::string host;     // name, address or directory
    std::string address;  // numeric, if the server was reached by TCP
    std::string port;
    std::string user;
    std::string database;
    std::string system_user = {};  // of this process
};

// The error of a failed attempt. If pg_hba.conf refused, the hint shows the line that would allow
// it.
[[nodiscard]] error connection_error(const connection_attempt& attempt);

}  // namespace chronos::internal

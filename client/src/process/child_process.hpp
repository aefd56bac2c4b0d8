// Running another program: no shell, and it does not outlive us.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal {

struct program_result {
    int status = 0;  // exit status; 128 + signal if one ended it
    std::string output;
    std::string errors;
};

// `environment` is added to our own, from which all PG* variables and those that point git at a
// repository are taken out. Standard input is `input`. When a stop is requested the program is
// ended and error_code::cancelled thrown.
[[nodiscard]] program_result run_program(const std::vector<std::string>& arguments,
                                         const std::map<std::string, std::string>& environment,
                                         const std::stop_token& stop, std::string_view input = {});

// A program that is fed bit by bit. Destroyed unfinished, it is killed. Not for several threads.
class fed_program {
  public:
    fed_program(const std::vector<std::string>& arguments,
                const std::map<std::string, std::string>& environment, std::stop_token stop);
    ~fed_program();
    fed_program(const fed_program&) = delete;
    fed_program& operator=(const fed_program&) = delete;

    // False once the program reads no more: finish() tells why.
    bool write(std::string_view bytes);
    // Ends its input and waits for its end.
    [[nodiscard]] program_result finish();

  private:
    struct state;
    std::unique_ptr<state> state_;
};

// The absolute path of a program in a folder of PATH; empty if there is none.
[[nodiscard]] std::string find_program(std::string_view name);

}  // namespace chronos::internal

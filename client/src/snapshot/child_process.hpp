// Running another program: no shell, and it does not outlive us.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace chronos::internal {

struct program_result {
    int status = 0;  // exit status; 128 + signal if one ended it
    std::string output;
    std::string errors;
};

// `environment` is added to our own, from which all PG* variables are taken out. Standard input is
// empty. When a stop is requested the program is ended and error_code::cancelled thrown.
[[nodiscard]] program_result run_program(const std::vector<std::string>& arguments,
                                         const std::map<std::string, std::string>& environment,
                                         const std::stop_token& stop);

}  // namespace chronos::internal

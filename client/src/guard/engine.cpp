#include "guard/engine.hpp"

#include <unistd.h>

#include <map>
#include <string_view>

#include "process/child_process.hpp"

namespace chronos::internal::guard {

answer program_asker::ask(const std::vector<std::string>& arguments) {
    std::vector<std::string> words = arguments;
    if (words.front().find('/') == std::string::npos) words.front() = find_program(words.front());
    if (words.front().empty()) return {127, "", "there is no such program"};
    // compose puts variables into its files, those named PG* too.
    std::map<std::string, std::string> kept;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view variable(*entry);
        const auto sign = variable.find('=');
        if (variable.starts_with("PG") && sign != std::string_view::npos)
            kept.emplace(variable.substr(0, sign), variable.substr(sign + 1));
    }
    program_result result = run_program(words, kept, {});
    return {result.status, std::move(result.output), std::move(result.errors)};
}

}  // namespace chronos::internal::guard

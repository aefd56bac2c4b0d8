#include "ctl/variables.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "chronos/compose.hpp"

namespace chronos::ctl {

std::map<std::string, std::string> variables_beside(const std::string& file) {
    std::ostringstream text;
    if (file != "-") {
        std::ifstream beside(std::filesystem::path(file).parent_path() / ".env");
        if (beside) text << beside.rdbuf();
    }
    auto result = read_environment_file(text.str());
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view variable(*entry);
        const auto sign = variable.find('=');
        if (sign != std::string_view::npos)
            result[std::string(variable.substr(0, sign))] = variable.substr(sign + 1);
    }
    return result;
}

}  // namespace chronos::ctl

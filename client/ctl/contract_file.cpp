#include "ctl/contract_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "chronos/error.hpp"

namespace chronos::ctl {

namespace {

std::string content_of(const std::string& path) {
    std::ostringstream text;
    if (path == "-") {
        text << std::cin.rdbuf();
        return text.str();
    }
    std::ifstream file(path, std::ios::binary);
    if (!file || !(text << file.rdbuf())) {
        throw error(error_code::usage,
                    fmt::format("could not read contract \"{}\": {}", path,
                                errno == 0 ? "it is empty" : std::strerror(errno)));
    }
    return text.str();
}

}  // namespace

contract read_contract(const std::string& path) {
    errno = 0;
    const std::string text = content_of(path);
    try {
        return contract(text);
    } catch (const error& failure) {
        throw error(failure.code(), fmt::format("contract \"{}\": {}", path, failure.what()),
                    failure.detail(), "\"chronosctl contract make\" writes one.");
    }
}

}  // namespace chronos::ctl

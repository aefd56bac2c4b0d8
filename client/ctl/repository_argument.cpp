#include "ctl/repository_argument.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "chronos/error.hpp"
#include "chronos/repository.hpp"

namespace chronos::ctl {

namespace {

bool unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/-._~").find(c) != std::string_view::npos;
}

// The directory of a file:// URL; empty if it is no such URL.
std::filesystem::path directory_of(std::string_view url) {
    constexpr std::string_view kScheme = "file://";
    if (!url.starts_with(kScheme)) return {};
    url.remove_prefix(kScheme.size());
    std::string path;
    for (std::size_t i = 0; i < url.size(); ++i) {
        unsigned code = 0;
        const char* digits = url.data() + i + 1;
        if (url[i] == '%' && i + 2 < url.size() &&
            std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
            path += static_cast<char>(code);
            i += 2;
        } else {
            path += url[i];
        }
    }
    return path;
}

}  // namespace

void prepare_repository(const std::string& url) {
    std::error_code failure;
    if (std::filesystem::is_directory(directory_of(url), failure)) (void)repository::init(url);
}

std::string repository_url(const std::string& argument) {
    if (argument.empty()) {
        throw error(error_code::usage, "a repository must be named by a URL or a path", {},
                    "For example --repository file:///backup/shop.");
    }
    const std::size_t scheme = argument.find("://");
    if (scheme != std::string::npos && argument.find('/') > scheme) return argument;
    std::error_code failure;
    const auto path = std::filesystem::absolute(argument, failure).lexically_normal().string();
    std::string url = "file://";
    for (const char c : path) {
        url += unreserved(c) ? std::string(1, c)
                             : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return url;
}

named_repository parse_named_repository(const std::string& argument) {
    const std::size_t sign = argument.find('=');
    const bool named =
        sign != std::string::npos && sign < argument.find('/') && sign < argument.find("://");
    if (!named) return {"main", repository_url(argument)};
    if (sign == 0) {
        throw error(error_code::usage,
                    fmt::format("the repository's name is missing in \"{}\"", argument), {},
                    "Write NAME=URL, or the URL alone.");
    }
    return {argument.substr(0, sign), repository_url(argument.substr(sign + 1))};
}

}  // namespace chronos::ctl

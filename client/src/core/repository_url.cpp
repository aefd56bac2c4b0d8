#include "core/repository_url.hpp"

#include <algorithm>
#include <array>

#include "chronos/error.hpp"

namespace chronos::internal {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr std::string_view kHint =
    "Write file:///absolute/path, or the absolute path of a directory.";

[[noreturn]] void refuse(const std::string& message, std::string_view hint = kHint) {
    throw error(error_code::usage, message, {}, std::string(hint));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string to_lower(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            refuse("invalid percent-encoding in repository URL",
                   "A percent sign is followed by two hexadecimal digits; itself it is %25.");
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string percent_encode(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (is_letter(c) || is_digit(c) ||
            std::string_view("/-._~+,=@:").find(c) != std::string_view::npos) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
        }
    }
    return out;
}

repository_url directory(std::string path) {
    if (path.find('\0') != std::string::npos) refuse("repository path holds a zero byte");
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    std::string text = "file://" + percent_encode(path);
    return {std::move(path), std::move(text)};
}

// The parts of scheme://authority/rest.
struct url_parts {
    std::string scheme;
    std::string_view authority;
    std::string_view rest;
};

url_parts split(std::string_view text) {
    const auto colon = text.find("://");
    const auto after = text.substr(colon + 3);
    const auto end = std::min(after.find_first_of("/?#"), after.size());
    return {to_lower(text.substr(0, colon)), after.substr(0, end), after.substr(end)};
}

bool has_credentials(const url_parts& url) {
    if (url.authority.find('@') != std::string_view::npos) return true;
    static constexpr std::array kWords = {"secret",     "password", "access_key", "accesskey",
                                          "access-key", "token",    "credential"};
    const std::string query =
        to_lower(url.rest.substr(std::min(url.rest.find('?'), url.rest.size())));
    return std::any_of(kWords.begin(), kWords.end(),
                       [&](const char* word) { return query.find(word) != std::string::npos; });
}

repository_url from_file_url(const url_parts& url) {
    if (!url.authority.empty() && to_lower(url.authority) != "localhost") {
        refuse("a file URL cannot name another host",
               "Write file:///path with three slashes, or mount the other host's directory.");
    }
    if (url.rest.empty() || url.rest.front() != '/') refuse("repository URL has no path");
    if (url.rest.find_first_of("?#") != std::string_view::npos) {
        refuse("a file URL has no parameters",
               "In a path, a question mark is written %3F and a number sign %23.");
    }
    return directory(percent_decode(url.rest));
}

}  // namespace

repository_url parse_repository_url(std::string_view text) {
    if (text.empty()) refuse("repository URL is empty");
    if (text.front() == '/') return directory(std::string(text));
    if (text.find("://") == std::string_view::npos) {
        if (to_lower(text.substr(0, 5)) == "file:") refuse("repository URL has no path");
        refuse("repository path is not absolute");
    }
    const url_parts url = split(text);
    if (url.scheme != "file" && has_credentials(url)) {
        refuse("a repository URL must not hold credentials",
               "They would end up in logs and process lists; give them by the environment.");
    }
    if (url.scheme == "file") return from_file_url(url);
    if (url.scheme == "s3") {
        refuse("S3 repositories are not available in this version of chronos",
               "Use a directory, file:///path, on another device or a network file system.");
    }
    refuse("unknown kind of repository URL");
}

}  // namespace chronos::internal

#include "scheduler/repository_url.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "backend/error.hpp"
#include "scheduler/failure_codes.hpp"

namespace chronos::scheduler {

namespace {

constexpr const char* kForm = "Write it as file:///absolute/path.";

[[noreturn]] void refuse(std::string message, std::string hint, std::string detail = {}) {
    throw backend::sql_error(kRepositoryRefused, std::move(message), std::move(detail),
                             std::move(hint));
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
    return result;
}

bool may_hold_a_secret(std::string_view after_scheme) {
    if (after_scheme.substr(0, after_scheme.find('/')).find('@') != std::string_view::npos) {
        return true;
    }
    const std::size_t query = after_scheme.find('?');
    if (query == std::string_view::npos) {
        return false;
    }
    constexpr std::array kNames = {"key", "secret", "password", "token", "credential", "signature"};
    const std::string parameters = lower(after_scheme.substr(query));
    return std::any_of(kNames.begin(), kNames.end(), [&](const char* name) {
        return parameters.find(name) != std::string::npos;
    });
}

int hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const int letter = std::tolower(static_cast<unsigned char>(digit));
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result.push_back(text[i]);
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0 || (high == 0 && low == 0)) {
            refuse("invalid percent-encoding in repository URL", "A percent sign is written %25.");
        }
        result.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return result;
}

}  // namespace

std::string repository_path(std::string_view url) {
    const std::size_t colon = url.find("://");
    if (colon == std::string_view::npos || colon == 0) {
        refuse("repository URL has no scheme", kForm);
    }
    const std::string scheme = lower(url.substr(0, colon));
    const std::string_view rest = url.substr(colon + 3);
    if (may_hold_a_secret(rest)) {
        refuse("repository URL must not contain credentials",
               "Take them out of the URL; it is stored where others can read it.");
    }
    if (scheme != "file") {
        refuse("repositories of type \"" + scheme + "\" are not supported", kForm,
               "This version keeps snapshots in directories.");
    }
    const std::size_t slash = rest.find('/');
    const std::string host = lower(rest.substr(0, slash));
    if (slash == std::string_view::npos || (!host.empty() && host != "localhost")) {
        refuse("repository URL does not name an absolute path", kForm);
    }
    if (rest.find_first_of("?#") != std::string_view::npos) {
        refuse("repository URL has a query or a fragment",
               "In a path a question mark is written %3F and a number sign %23.");
    }
    return percent_decoded(rest.substr(slash));
}

}  // namespace chronos::scheduler

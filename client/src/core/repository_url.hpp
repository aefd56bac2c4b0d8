// The name of a repository, as people write it.
#pragma once

#include <string>
#include <string_view>

namespace chronos::internal {

struct repository_url {
    std::string path;  // absolute, without a slash at its end
    std::string text;  // file:///..., percent-encoded: one text for one path

    friend bool operator==(const repository_url&, const repository_url&) = default;
};

// Takes file:///path (percent-encoded) or a plain absolute path. Throws error_code::usage for
// anything else; the message never repeats a password.
[[nodiscard]] repository_url parse_repository_url(std::string_view text);

}  // namespace chronos::internal

// Reading files and directories of a repository. Symbolic links are never followed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/repository_url.hpp"
#include "repository/file_calls.hpp"

namespace chronos::internal {

// False if there is none. Anything but a regular file is an error.
[[nodiscard]] bool read_file(int directory, const std::string& name, const repository_url& url,
                             std::string& out);

[[nodiscard]] std::optional<std::uint64_t> file_size(int directory, const std::string& name,
                                                     const repository_url& url);

// Without "." and "..".
[[nodiscard]] std::vector<std::string> file_names(int directory, const repository_url& url);

// Throw what repository::open throws.
[[nodiscard]] file_handle open_repository_directory(const repository_url& url);
[[nodiscard]] file_handle open_subdirectory(int root, const char* name, const repository_url& url);
[[noreturn]] void fail_no_repository(const repository_url& url);

}  // namespace chronos::internal

// The files of a migration directory.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal {

struct file_tree {
    std::vector<std::string> paths;  // relative, in order, with '/' between folders
    std::function<std::string(const std::string& path)> read;
};

// Up to four folders deep; what begins with a dot is left out. Reading a file throws usage if it
// cannot be read or is not UTF-8; a byte order mark is taken away.
[[nodiscard]] file_tree tree_of(const std::string& directory);

// A name without its folders.
[[nodiscard]] std::string_view base_name(std::string_view path);

// Throws usage, with the line.
void require_utf8(const std::string& file, std::string_view text);

}  // namespace chronos::internal

#include "migrations/file_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "chronos/error.hpp"

namespace chronos::internal {

namespace {

namespace fs = std::filesystem;

constexpr int kDepth = 4;

std::string content_of(const fs::path& path, const std::string& name) {
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file.good() && !file.eof())
        throw error(error_code::usage, fmt::format("could not read \"{}\"", path.string()));
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
    require_utf8(name, text);
    return text;
}

// Bytes of the character that begins the text; 0: it is not UTF-8.
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return 0;
    }
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool beyond = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
    return overlong || beyond ? 0 : size;
}

void collect(const fs::path& folder, const std::string& prefix, int depth,
             std::vector<std::string>& paths) {
    std::error_code failure;
    for (auto entry = fs::directory_iterator(folder, failure);
         !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with('.') || name == "node_modules") continue;
        std::error_code ignored;
        if (entry->is_directory(ignored)) {
            if (depth < kDepth) collect(entry->path(), prefix + name + '/', depth + 1, paths);
        } else {
            paths.push_back(prefix + name);
        }
    }
    if (failure) {
        throw error(error_code::usage, fmt::format("could not read directory \"{}\": {}",
                                                   folder.string(), failure.message()));
    }
}

}  // namespace

file_tree tree_of(const std::string& directory) {
    file_tree tree;
    collect(directory, "", 0, tree.paths);
    std::sort(tree.paths.begin(), tree.paths.end());
    tree.read = [root = fs::path(directory)](const std::string& path) {
        return content_of(root / path, path);
    };
    return tree;
}

std::string_view base_name(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

void require_utf8(const std::string& file, std::string_view text) {
    std::size_t line = 1;
    while (!text.empty()) {
        const std::size_t size = text.front() == '\0' ? 0 : character_size(text);
        if (size == 0) {
            throw error(error_code::usage, fmt::format("\"{}\" is not UTF-8", file),
                        fmt::format("In line {} is the byte 0x{:02x}.", line,
                                    static_cast<unsigned>(static_cast<unsigned char>(text[0]))),
                        "Save the file as UTF-8.");
        }
        if (text.front() == '\n') ++line;
        text.remove_prefix(size);
    }
}

}  // namespace chronos::internal

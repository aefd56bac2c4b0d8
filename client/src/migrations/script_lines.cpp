#include "migrations/script_lines.hpp"

#include <algorithm>
#include <cctype>

namespace chronos::internal {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto size = end == std::string_view::npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

std::string comment_words(std::string_view line) {
    if (!line.starts_with("--")) return {};
    line.remove_prefix(2);
    std::string words;
    for (const char c : line) {
        const auto letter = static_cast<unsigned char>(c);
        if (std::isspace(letter) == 0) {
            words += static_cast<char>(std::tolower(letter));
        } else if (!words.empty() && words.back() != ' ') {
            words += ' ';
        }
    }
    while (!words.empty() && words.back() == ' ') words.pop_back();
    return words;
}

bool is_marker(std::string_view words, std::string_view marker) {
    return words == marker || (words.starts_with(marker) && words[marker.size()] == ' ');
}

bool forbids_transaction(std::string_view text) {
    const auto lines = lines_of(text);
    return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
        const auto words = comment_words(line);
        return is_marker(words, "chronos: no-transaction") || is_marker(words, "no-transaction") ||
               is_marker(words, "atlas:txmode none");
    });
}

std::string_view digits_of(std::string_view name) {
    return name.substr(0, std::min(name.find_first_not_of("0123456789"), name.size()));
}

std::string readable_name(std::string_view name) {
    name.remove_prefix(digits_of(name).size());
    for (const std::string_view ending : {".sql", ".up", ".down"}) {
        if (name.ends_with(ending)) name.remove_suffix(ending.size());
    }
    std::string result;
    for (const char c : name) {
        if (c != '_' && c != '-' && c != ' ') {
            result += c;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    while (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

}  // namespace chronos::internal

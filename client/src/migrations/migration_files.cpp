#include "migrations/migration_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "chronos/error.hpp"

namespace chronos::internal {

namespace {

namespace fs = std::filesystem;

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

// The words of a comment line "-- word word", in lower case; empty for any other line.
std::string comment_words(std::string_view line) {
    if (!line.starts_with("--")) return {};
    line.remove_prefix(2);
    std::string words;
    for (const char c : line) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) {
            words += c;
        } else if (!words.empty() && words.back() != ' ') {
            words += ' ';
        }
    }
    while (!words.empty() && words.back() == ' ') words.pop_back();
    return lower(words);
}

bool is_marker(const std::string& words, std::string_view marker) {
    return words == marker || words.starts_with(std::string(marker) + ' ');
}

enum class section { up, down };

std::optional<section> section_of(const std::string& words) {
    if (is_marker(words, "migrate:up") || is_marker(words, "+goose up")) return section::up;
    if (is_marker(words, "migrate:down") || is_marker(words, "+goose down")) return section::down;
    return std::nullopt;
}

bool forbids_transaction(const std::string& words) {
    return is_marker(words, "no-transaction") || is_marker(words, "+goose no transaction") ||
           (is_marker(words, "migrate:up") && words.find("transaction:false") != std::string::npos);
}

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

std::string_view digits_of(std::string_view name) {
    return name.substr(0, std::min(name.find_first_not_of("0123456789"), name.size()));
}

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file.good() && !file.eof()) {
        throw error(error_code::usage, fmt::format("could not read \"{}\"", path.string()));
    }
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
    return text;
}

std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    std::error_code failure;
    for (auto entry = fs::directory_iterator(directory, failure);
         !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
        const std::string name = entry->path().filename().string();
        if (!digits_of(name).empty() && name.ends_with(".sql") && !entry->is_directory())
            names.push_back(name);
    }
    if (failure) {
        throw error(error_code::usage, fmt::format("could not read directory \"{}\": {}", directory,
                                                   failure.message()));
    }
    return names;
}

bool number_less(const std::string& left, const std::string& right) {
    return left.size() != right.size() ? left.size() < right.size() : left < right;
}

void require_one_each(const std::vector<migration>& migrations) {
    const auto same = std::adjacent_find(
        migrations.begin(), migrations.end(),
        [](const auto& left, const auto& right) { return left.number == right.number; });
    if (same == migrations.end()) return;
    throw error(error_code::usage, fmt::format("two migrations have the number {}", same->number),
                fmt::format("They are \"{}\" and \"{}\".", same->file, std::next(same)->file),
                "Give each migration a number of its own.");
}

}  // namespace

migration parse_migration(std::string_view text) {
    const auto lines = lines_of(text);
    migration result;
    const bool sections = std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
        return section_of(comment_words(line)).has_value();
    });
    section now = sections ? section::down : section::up;
    for (const std::string_view line : lines) {
        const std::string words = comment_words(line);
        if (forbids_transaction(words)) result.transactional = false;
        if (const auto begun = section_of(words)) now = *begun;
        result.up += now == section::up ? line : line.ends_with('\n') ? "\n" : "";
    }
    return result;
}

std::vector<migration> read_migrations(const std::string& directory) {
    auto names = names_in(directory);
    const auto is_up = [](const std::string& name) { return name.ends_with(".up.sql"); };
    const auto is_down = [](const std::string& name) { return name.ends_with(".down.sql"); };
    const bool pairs = std::any_of(names.begin(), names.end(), is_up);
    std::vector<migration> result;
    for (const std::string& name : names) {
        if (is_down(name) || (pairs && !is_up(name))) continue;
        migration one = parse_migration(content_of(fs::path(directory) / name));
        one.file = name;
        const auto digits = digits_of(name);
        one.number = digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
        result.push_back(std::move(one));
    }
    if (result.empty()) {
        throw error(error_code::usage, fmt::format("there are no migrations in \"{}\"", directory),
                    {}, "Files are called 0001_name.up.sql or 0001_name.sql.");
    }
    std::sort(result.begin(), result.end(), [](const migration& left, const migration& right) {
        return left.number != right.number ? number_less(left.number, right.number)
                                           : left.file < right.file;
    });
    require_one_each(result);
    return result;
}

}  // namespace chronos::internal

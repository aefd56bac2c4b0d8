#include "chronos/compose.hpp"

namespace chronos {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string value_of(std::string_view text) {
    text = trimmed(text);
    if (text.size() > 1 && (text.front() == '"' || text.front() == '\'')) {
        const auto end = text.find(text.front(), 1);
        if (end != std::string_view::npos) return std::string(text.substr(1, end - 1));
    }
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '#' && (text[i - 1] == ' ' || text[i - 1] == '\t'))
            return std::string(trimmed(text.substr(0, i)));
    }
    return std::string(text);
}

}  // namespace

std::map<std::string, std::string> read_environment_file(std::string_view text) {
    std::map<std::string, std::string> result;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.starts_with("export ")) line = trimmed(line.substr(7));
        const auto sign = line.find('=');
        if (line.starts_with('#') || sign == std::string_view::npos || sign == 0) continue;
        result[std::string(trimmed(line.substr(0, sign)))] = value_of(line.substr(sign + 1));
    }
    return result;
}

std::string compose_project_name(std::string_view folder) {
    std::string result;
    for (const char c : folder) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool letter = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
        if (letter || ((lower == '_' || lower == '-') && !result.empty())) result += lower;
    }
    return result;
}

}  // namespace chronos

#include "migrations/placeholders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "chronos/error.hpp"
#include "migrations/file_tree.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

bool is_name_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_.:-").find(c) != std::string_view::npos;
}

bool is_variable_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

struct place {
    const std::string& file;
    std::size_t line;
};

// From "${" on: what is between the braces; empty if it is no name.
std::string_view name_at(std::string_view text) {
    const auto end = text.find('}');
    if (end == std::string_view::npos) return {};
    const std::string_view name = text.substr(2, end - 2);
    return std::all_of(name.begin(), name.end(), is_name_character) ? name : std::string_view{};
}

std::string values_in(std::string_view line, const placeholders& with, const place& where) {
    std::string result;
    for (std::size_t at = 0; at < line.size();) {
        const auto begin = std::min(line.find("${", at), line.size());
        result += line.substr(at, begin - at);
        if (begin == line.size()) break;
        const std::string_view name = name_at(line.substr(begin));
        const auto found = with.values.find(std::string(name));
        if (found == with.values.end() && with.demands_all && name == "flyway:filename") {
            result += base_name(where.file);
        } else if (found != with.values.end()) {
            result += found->second;
        } else if (with.demands_all && !name.empty()) {
            throw error(error_code::usage,
                        fmt::format("{}:{}: no value for the placeholder ${{{}}}", where.file,
                                    where.line, name),
                        {},
                        fmt::format("Add --placeholder {0}=VALUE, or --no-placeholders if "
                                    "${{{0}}} is meant as it stands.",
                                    name));
        } else {
            result += line.substr(begin, 2);
            at = begin + 2;
            continue;
        }
        at = begin + name.size() + 3;
    }
    return result;
}

// ${NAME}, ${NAME:-otherwise} or $NAME; not $1 or $$.
std::string variables_in(std::string_view line, const placeholders& with, const place& where) {
    std::string result;
    for (std::size_t at = 0; at < line.size();) {
        const bool braced = line.substr(at, 2) == "${";
        std::size_t end = at + (braced ? 2 : 1);
        const std::size_t begin = end;
        while (end < line.size() && is_variable_character(line[end])) ++end;
        const bool named = line[at] == '$' && end > begin &&
                           std::isdigit(static_cast<unsigned char>(line[begin])) == 0;
        if (!named) {
            result += line[at++];
            continue;
        }
        const auto value = with.environment(std::string(line.substr(begin, end - begin)));
        std::string_view otherwise;
        if (braced) {
            const auto close = line.find('}', end);
            const bool has_default = line.substr(end, 2) == ":-";
            if (close == std::string_view::npos || (!has_default && close != end)) {
                throw error(error_code::usage,
                            fmt::format("{}:{}: cannot read \"{}\"", where.file, where.line,
                                        line.substr(at)),
                            {}, "Write ${NAME}, ${NAME:-otherwise} or $NAME.");
            }
            if (has_default) otherwise = line.substr(end + 2, close - end - 2);
            end = close + 1;
        }
        result += value && !value->empty() ? std::string_view(*value) : otherwise;
        at = end;
    }
    return result;
}

}  // namespace

placeholders placeholders_for(std::string_view layout,
                              const std::map<std::string, std::string>& values, bool fill_in,
                              session& on) {
    placeholders result;
    if (!fill_in) return result;
    result.values = values;
    if (layout == "goose") {
        result.environment = [](const std::string& variable) -> std::optional<std::string> {
            const char* const found = std::getenv(variable.c_str());
            return found == nullptr ? std::nullopt : std::optional<std::string>(found);
        };
    }
    if (layout != "flyway") return result;
    result.demands_all = true;
    const row now = on.query_one(
        "SELECT coalesce(pg_catalog.current_schema(), ''), current_user,"
        " pg_catalog.current_database(),"
        " pg_catalog.to_char(pg_catalog.clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS')");
    std::size_t column = 0;
    for (const char* name : {"defaultSchema", "user", "database", "timestamp"})
        result.values.emplace(std::string("flyway:") + name, now.text(column++));
    return result;
}

script filled_in(script what, const placeholders& with) {
    if (with.empty()) return what;
    std::string result;
    bool environment = false;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(what.text)) {
        const place where{what.file, ++number};
        const auto words = comment_words(line);
        if (with.environment && is_marker(words, "+goose envsub on")) environment = true;
        if (with.environment && is_marker(words, "+goose envsub off")) environment = false;
        std::string filled = values_in(line, with, where);
        if (environment) filled = variables_in(filled, with, where);
        result += filled;
    }
    what.text = std::move(result);
    return what;
}

}  // namespace chronos::internal

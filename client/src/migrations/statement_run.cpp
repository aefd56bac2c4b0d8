#include "migrations/statement_run.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace chronos::internal {

namespace {

constexpr std::size_t kExcerpt = 120;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

}  // namespace

std::string excerpt_of(std::string_view text) {
    std::size_t size = std::min(text.size(), kExcerpt);
    while (size > 0 && size < text.size() && continues_character(text[size])) --size;
    std::string result(text.substr(0, size));
    std::replace(result.begin(), result.end(), '\n', ' ');
    return text.size() > size ? result + "..." : result;
}

script_place place_in(const sql_statement& statement, std::size_t position) {
    const std::string_view text = statement.text;
    std::size_t place = 0;
    for (std::size_t i = 1; i < position && place < text.size(); ++i) {
        do {
            ++place;
        } while (place < text.size() && continues_character(text[place]));
    }
    script_place result;
    const auto before = text.substr(0, place);
    result.line =
        statement.line + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const auto begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    const auto column = before.substr(begin);
    result.column =
        1 + column.size() -
        static_cast<std::size_t>(std::count_if(column.begin(), column.end(), continues_character));
    const auto line = text.substr(begin);
    result.text = line.substr(0, std::min(line.find_first_of("\r\n"), line.size()));
    return result;
}

server_error placed(const server_error& failure, const script& what,
                    const sql_statement& statement) {
    const script_place place = place_in(statement, failure.position());
    std::string detail;
    if (!failure.detail().empty()) detail += failure.detail() + '\n';
    if (failure.position() > 0) {
        detail +=
            fmt::format("Line {}, column {}: {}", place.line, place.column, excerpt_of(place.text));
    } else {
        detail += fmt::format("Line {}: {}", statement.line, excerpt_of(statement.text));
    }
    if (!failure.context().empty()) detail += '\n' + failure.context();
    return {failure.code(),
            fmt::format("{}:{}: {}", what.file, place.line, failure.what()),
            detail,
            failure.hint(),
            failure.sqlstate(),
            failure.position(),
            failure.context()};
}

void run_statement_of(session& on, const script& what, const sql_statement& statement) {
    try {
        on.run(statement.text, statement.rows);
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection)
            throw;
        throw placed(failure, what, statement);
    }
}

}  // namespace chronos::internal

#include "migrations/migration_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/sql_splitter.hpp"

namespace chronos::internal {

namespace {

constexpr std::size_t kExcerpt = 120;
constexpr std::size_t kWords = 3;

// The first words of a statement in capitals, comments between them left out.
std::string first_words(std::string_view text) {
    std::string words;
    std::size_t count = 0;
    while (!text.empty() && count < kWords) {
        if (text.starts_with("--")) {
            text.remove_prefix(std::min(text.find('\n'), text.size()));
        } else if (text.starts_with("/*")) {
            const auto end = text.find("*/");
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
        } else if (std::isalpha(static_cast<unsigned char>(text.front())) != 0) {
            if (!words.empty()) words += ' ';
            while (!text.empty() && (std::isalnum(static_cast<unsigned char>(text.front())) != 0 ||
                                     text.front() == '_')) {
                words += static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
                text.remove_prefix(1);
            }
            ++count;
        } else if (std::isspace(static_cast<unsigned char>(text.front())) != 0) {
            text.remove_prefix(1);
        } else {
            break;
        }
    }
    return words;
}

bool begins_with(const std::string& words, std::string_view beginning) {
    return words == beginning || words.starts_with(std::string(beginning) + ' ');
}

bool controls_transaction(std::string_view statement) {
    constexpr std::array<std::string_view, 6> kControl{"BEGIN", "START TRANSACTION", "COMMIT",
                                                       "END",   "ROLLBACK",          "ABORT"};
    const std::string words = first_words(statement);
    return std::any_of(kControl.begin(), kControl.end(),
                       [&](std::string_view one) { return begins_with(words, one); });
}

std::string excerpt(std::string_view text) {
    std::string result(text.substr(0, kExcerpt));
    std::replace(result.begin(), result.end(), '\n', ' ');
    while (!result.empty() && text.size() > kExcerpt &&
           (static_cast<unsigned char>(result.back()) & 0x80U) != 0)
        result.pop_back();
    return text.size() > kExcerpt ? result + "..." : result;
}

void run_statement(session& on, const migration& what, const sql_statement& statement,
                   const migration_warning& warn) {
    const std::string reason = reason_to_leave_out(statement.text);
    if (!reason.empty()) {
        if (warn) {
            warn(fmt::format("{}:{}: left out, because {}: {}", what.file, statement.line, reason,
                             excerpt(statement.text)));
        }
        return;
    }
    try {
        on.execute(statement.text);
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection)
            throw;
        throw server_error(failure.code(),
                           fmt::format("migration {} failed: {}", what.file, failure.what()),
                           fmt::format("Line {}: {}{}{}", statement.line, excerpt(statement.text),
                                       failure.detail().empty() ? "" : "\n", failure.detail()),
                           failure.hint(), failure.sqlstate());
    }
}

void require_runnable(const migration& what, const sql_statement& statement) {
    if (!begins_with(first_words(statement.text), "COPY")) return;
    std::string text(statement.text);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (text.find("FROM STDIN") == std::string::npos) return;
    throw error(
        error_code::usage,
        fmt::format("migration {} has COPY FROM STDIN in line {}", what.file, statement.line),
        "The rows after it are no SQL.", "Use INSERT in migrations.");
}

}  // namespace

std::string reason_to_leave_out(std::string_view statement) {
    const std::string words = first_words(statement);
    const auto any = [&words](std::initializer_list<std::string_view> objects) {
        return std::any_of(objects.begin(), objects.end(), [&words](std::string_view object) {
            return begins_with(words, fmt::format("CREATE {}", object)) ||
                   begins_with(words, fmt::format("ALTER {}", object)) ||
                   begins_with(words, fmt::format("DROP {}", object));
        });
    };
    if (any({"ROLE", "USER", "GROUP"}) && !any({"USER MAPPING"}))
        return "roles belong to all databases";
    if (any({"TABLESPACE", "SYSTEM"})) return "it concerns the whole server";
    if (begins_with(words, "CREATE DATABASE") || begins_with(words, "DROP DATABASE"))
        return "it concerns another database";
    if (begins_with(words, "ALTER DATABASE")) return "it names the database it is meant for";
    if (any({"SUBSCRIPTION"})) return "it would use a slot on another server";
    return {};
}

void run_migration(session& on, const migration& what, const migration_warning& warn) {
    const auto statements = split_sql(what.up);
    for (const sql_statement& statement : statements) require_runnable(what, statement);
    const bool own =
        std::any_of(statements.begin(), statements.end(),
                    [](const sql_statement& one) { return controls_transaction(one.text); });
    if (!what.transactional || own || statements.size() < 2) {
        for (const sql_statement& one : statements) run_statement(on, what, one, warn);
        return;
    }
    transaction whole(on);
    for (const sql_statement& one : statements) run_statement(on, what, one, warn);
    whole.commit();
}

}  // namespace chronos::internal

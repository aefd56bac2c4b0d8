#include "restore/script_runner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace chronos::internal {
namespace {

constexpr std::size_t kExcerpt = 200;

bool is_right_or_owner(std::string_view text) {
    return text.starts_with("GRANT ") || text.starts_with("REVOKE ") ||
           text.starts_with("ALTER DEFAULT PRIVILEGES ") ||
           text.starts_with("COMMENT ON EXTENSION ") ||
           (text.starts_with("ALTER ") && text.find(" OWNER TO ") != text.npos);
}

// Our own section at the end of the scripts: settings, rights and comment of the database.
bool is_database_setting(const script_statement& statement) {
    return statement.type == "DATABASE PROPERTIES";
}

bool can_do_without(const script_statement& statement, const server_error& failure) {
    const auto& state = failure.sqlstate();
    const bool missing_or_forbidden = state == "42704" || state == "42501";
    if (is_right_or_owner(statement.text)) return missing_or_forbidden;
    if (is_database_setting(statement)) return failure.code() != error_code::connection;
    if (statement.text.starts_with("SET ")) return missing_or_forbidden || state == "22023";
    return statement.text == "CREATE SCHEMA public" && state == "42P06";
}

std::string hint_for(const script_statement& statement, const server_error& failure) {
    if (!failure.hint().empty()) return failure.hint();
    if (statement.text.starts_with("CREATE EXTENSION ")) {
        return "Install the extension's package on this server, then restore again.";
    }
    return {};
}

}  // namespace

std::string excerpt(std::string_view statement) {
    std::string text(statement.substr(0, kExcerpt));
    std::replace(text.begin(), text.end(), '\n', ' ');
    // Not in the middle of a character.
    while (!text.empty() && statement.size() > kExcerpt &&
           (static_cast<unsigned char>(text.back()) & 0x80) != 0) {
        text.pop_back();
    }
    return statement.size() > kExcerpt ? text + "..." : text;
}

void run_statement(session& on, const script_statement& statement, const warn_function& warn) {
    try {
        on.execute(statement.text);
    } catch (const server_error& failure) {
        if (can_do_without(statement, failure)) {
            if (failure.sqlstate() != "42P06") {
                warn(fmt::format("left out: {} ({})", excerpt(statement.text), failure.what()));
            }
            return;
        }
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection)
            throw;
        throw server_error(failure.code(),
                           fmt::format("could not create {} {}: {}", statement.type, statement.name,
                                       failure.what()),
                           fmt::format("Line {}: {}{}{}", statement.line, excerpt(statement.text),
                                       failure.detail().empty() ? "" : "\n", failure.detail()),
                           hint_for(statement, failure), failure.sqlstate());
    }
}

void run_statement_within(session& on, const script_statement& statement,
                          const warn_function& warn) {
    constexpr auto kTakeBack =
        "ROLLBACK TO SAVEPOINT chronos_statement; RELEASE SAVEPOINT chronos_statement";
    on.execute("SAVEPOINT chronos_statement");
    std::string left_out;
    try {
        run_statement(on, statement, [&left_out](const std::string& text) { left_out = text; });
    } catch (const server_error& failure) {
        if (failure.code() != error_code::connection) on.execute(kTakeBack);
        throw;
    }
    on.execute(left_out.empty() ? "RELEASE SAVEPOINT chronos_statement" : kTakeBack);
    if (!left_out.empty()) warn(left_out);
}

}  // namespace chronos::internal

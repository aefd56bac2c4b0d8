#include "migrations/scratch_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/sql_lexer.hpp"
#include "core/sql_splitter.hpp"
#include "migrations/statement_run.hpp"
#include "migrations/work_units.hpp"

namespace chronos::internal {

namespace {

bool begins_with(const std::string& words, std::string_view beginning) {
    return words == beginning || words.starts_with(std::string(beginning) + ' ');
}

// What stands after the first ON at the top, and the word before it is none.
std::string word_after_on(std::string_view statement) {
    sql_lexer lexer(statement);
    bool found = false;
    while (!lexer.done()) {
        const sql_token token = lexer.next();
        if (token.blank()) continue;
        const std::string word = token.kind == token_kind::word ? leading_words(token.text, 1) : "";
        if (found) return word.empty() ? "?" : word;
        found = word == "ON";
    }
    return {};
}

std::string reason_by_object(const std::string& object,
                             std::initializer_list<std::string_view> shared) {
    return std::find(shared.begin(), shared.end(), object) == shared.end()
               ? std::string()
               : "it concerns what belongs to the whole server";
}

std::string reason_not_to_grant(std::string_view statement) {
    const std::string object = word_after_on(statement);
    return object.empty() ? "roles belong to all databases"
                          : reason_by_object(object, {"DATABASE", "TABLESPACE", "PARAMETER"});
}

}  // namespace

std::string reason_to_leave_out(std::string_view statement) {
    const std::string words = leading_words(statement, 3);
    if (begins_with(words, "GRANT") || begins_with(words, "REVOKE"))
        return reason_not_to_grant(statement);
    if (begins_with(words, "DROP OWNED") || begins_with(words, "REASSIGN OWNED"))
        return "it takes what a role has everywhere";
    if (begins_with(words, "COMMENT ON") || begins_with(words, "SECURITY LABEL"))
        return reason_by_object(word_after_on(statement), {"ROLE", "DATABASE", "TABLESPACE"});
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

void run_in_scratch(session& on, const script& what, const migration_warning& warn,
                    const std::function<void(session& on)>& before_commit) {
    for (const work_unit& unit : plan_work(what).units) {
        std::unique_ptr<transaction> whole;
        if (!unit.alone) whole = std::make_unique<transaction>(on, unit.begin);
        for (const sql_statement& statement : unit.statements) {
            const std::string reason = reason_to_leave_out(statement.text);
            if (reason.empty()) {
                run_statement_of(on, what, statement);
            } else if (warn) {
                warn(fmt::format("{}:{}: left out, because {}: {}", what.file, statement.line,
                                 reason, excerpt_of(statement.text)));
            }
        }
        if (!whole || unit.rolled_back) continue;
        if (before_commit) before_commit(on);
        whole->commit();
    }
}

}  // namespace chronos::internal

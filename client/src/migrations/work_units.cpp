#include "migrations/work_units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chronos/error.hpp"
#include "migrations/statement_kind.hpp"

namespace chronos::internal {

namespace {

using command = transaction_command;

// Those that change only what psql shows.
constexpr std::array<std::string_view, 14> kHarmless{
    "\\restrict", "\\unrestrict", "\\echo", "\\qecho", "\\warn", "\\timing", "\\pset",
    "\\encoding", "\\x",          "\\t",    "\\a",     "\\o",    "\\unset",  "\\."};

bool is_harmless(std::string_view text) {
    const auto word = text.substr(0, std::min(text.find_first_of(" \t\r"), text.size()));
    if (std::find(kHarmless.begin(), kHarmless.end(), word) != kHarmless.end()) return true;
    // Its capital variables direct psql itself; others would be used in statements.
    const auto name = text.find_first_not_of(" \t", word.size());
    return word == "\\set" && name != std::string_view::npos && text[name] >= 'A' &&
           text[name] <= 'Z';
}

void refuse_psql(const script& what, const std::vector<psql_command>& commands) {
    for (const psql_command& one : commands) {
        if (is_harmless(one.text)) continue;
        throw error(error_code::usage,
                    fmt::format("{}:{}: \"{}\" is a command of psql, not SQL", what.file, one.line,
                                one.text),
                    "Only the server's own statements are run.", "Write it in SQL.");
    }
}

void refuse_unsupported(const script& what, const sql_statement& statement) {
    if (transaction_command_of(statement.text) != command::unsupported) return;
    throw error(error_code::usage,
                fmt::format("{}:{}: a migration cannot do \"{}\"", what.file, statement.line,
                            statement.text),
                "It would not be known whether the migration has been applied.");
}

bool all_none(const std::vector<sql_statement>& statements, std::size_t first, std::size_t last) {
    return std::all_of(
        statements.begin() + static_cast<std::ptrdiff_t>(first),
        statements.begin() + static_cast<std::ptrdiff_t>(last),
        [](const sql_statement& one) { return transaction_command_of(one.text) == command::none; });
}

// BEGIN at the beginning, COMMIT at the end and none between them: one transaction, as ours.
bool is_wrapped(const std::vector<sql_statement>& statements) {
    return statements.size() > 1 &&
           transaction_command_of(statements.front().text) == command::begin &&
           transaction_command_of(statements.back().text) == command::commit &&
           all_none(statements, 1, statements.size() - 1);
}

class grouping {
  public:
    // Without transactions of its own, statements up to a COMMIT belong together only if the script
    // is meant to be run inside of one.
    explicit grouping(bool transactional) : implicit_(transactional) {}

    void take(const sql_statement& statement) {
        switch (transaction_command_of(statement.text)) {
            case command::begin:
                close();
                begin_ = statement.text;
                explicit_ = true;
                return;
            case command::commit:
                close();
                return;
            case command::commit_and_chain:
                close(false, true);
                return;
            case command::rollback:
                close(true);
                return;
            default:
                add(statement);
        }
    }
    std::vector<work_unit> units() {
        close();
        return std::move(units_);
    }

  private:
    void add(const sql_statement& statement) {
        if (!explicit_ && needs_no_transaction(statement.text)) {
            close();
            units_.push_back({{statement}, true, false, "BEGIN"});
            return;
        }
        open_.push_back(statement);
        if (!explicit_ && !implicit_) close();
    }
    void close(bool rolled_back = false, bool chain = false) {
        if (!open_.empty()) units_.push_back({std::move(open_), false, rolled_back, begin_});
        open_.clear();
        if (chain) return;
        begin_ = "BEGIN";
        explicit_ = false;
    }

    std::vector<work_unit> units_;
    std::vector<sql_statement> open_;
    std::string begin_ = "BEGIN";
    bool explicit_ = false;
    bool implicit_;
};

}  // namespace

work_plan plan_work(const script& what) {
    auto parsed = parse_script(what.text);
    refuse_psql(what, parsed.commands);
    auto& statements = parsed.statements;
    for (const auto& one : statements) refuse_unsupported(what, one);
    if (is_wrapped(statements)) {
        const std::string begin(statements.front().text);
        return {true, {{{statements.begin() + 1, statements.end() - 1}, false, false, begin}}};
    }
    const bool control = !all_none(statements, 0, statements.size());
    const bool alone =
        std::any_of(statements.begin(), statements.end(),
                    [](const sql_statement& one) { return needs_no_transaction(one.text); });
    if (what.transactional && !control && !alone)
        return {true, {{std::move(statements), false, false, "BEGIN"}}};
    grouping groups(what.transactional && control);
    for (const auto& one : statements) groups.take(one);
    return {false, groups.units()};
}

}  // namespace chronos::internal

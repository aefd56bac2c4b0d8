#include "migrations/bookkeeping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace chronos::internal {

namespace {

// What to ask a tool's table, which chronos.tool_tables() finds; the queries are those of the
// tools' own sources. They return name, time, role, and whether it is half done, in the order of
// application.
struct tool_query {
    std::string_view tool;
    std::string_view layouts;  // words
    std::string_view query;    // {}: the table
    bool is_high_mark = false;
};

constexpr std::array<tool_query, 12> kQueries{{
    {"golang-migrate", "pairs", "SELECT version, NULL, NULL, dirty FROM {} WHERE version >= 0",
     true},
    {"sqlx", "pairs numbered",
     "SELECT version, installed_on, NULL, NOT success FROM {} ORDER BY version"},
    {"goose", "goose",
     "SELECT version_id, tstamp, NULL, false FROM (SELECT DISTINCT ON (version_id) * FROM {}"
     " ORDER BY version_id, id DESC) AS s WHERE is_applied AND version_id > 0 ORDER BY id"},
    {"dbmate", "dbmate", "SELECT version, NULL, NULL, false FROM {} ORDER BY version"},
    {"node-pg-migrate", "node-pg-migrate",
     "SELECT name, run_on, NULL, false FROM {} ORDER BY run_on, id"},
    {"flyway", "flyway",
     "SELECT version, installed_on, installed_by, NOT success FROM (SELECT DISTINCT ON (version) *"
     " FROM {} WHERE version IS NOT NULL ORDER BY version, installed_rank DESC) AS s"
     " WHERE type NOT LIKE 'UNDO%' AND type <> 'DELETE' ORDER BY installed_rank"},
    {"sqitch", "sqitch",
     "SELECT change, committed_at, committer_name, false FROM {} ORDER BY committed_at"},
    {"prisma", "prisma",
     "SELECT migration_name, finished_at, NULL, finished_at IS NULL FROM {}"
     " WHERE rolled_back_at IS NULL ORDER BY started_at"},
    {"supabase", "numbered", "SELECT version, NULL, NULL, false FROM {} ORDER BY version"},
    {"atlas", "numbered",
     "SELECT version, executed_at, NULL, applied <> total FROM {} WHERE version NOT LIKE '.%'"
     " ORDER BY executed_at"},
    {"refinery", "flyway", "SELECT version, applied_on, NULL, false FROM {} ORDER BY version"},
    {"pgmigrate", "flyway",
     "SELECT version, installed_on, installed_by, false FROM {} ORDER BY version"},
}};

bool has_word(std::string_view words, std::string_view wanted) {
    return fmt::format(" {} ", words).find(fmt::format(" {} ", wanted)) != std::string::npos;
}

bookkeeping read_table(session& on, const tool_query& form, const std::string& table) {
    bookkeeping result{std::string(form.tool), table, form.is_high_mark, {}};
    for (const row& one : on.query(fmt::format(fmt::runtime(form.query), table))) {
        if (one.flag(3)) {
            throw error(error_code::refused,
                        fmt::format("{} has not finished {}", form.tool, one.text(0)),
                        fmt::format("{} says so.", table),
                        fmt::format("Finish or undo it with {} first.", form.tool));
        }
        const auto or_null = [&one](std::size_t column) {
            return one.is_null(column) ? value() : value(one.text(column));
        };
        result.applied.push_back({one.text(0), or_null(1), or_null(2)});
    }
    return result;
}

}  // namespace

std::vector<bookkeeping> read_bookkeeping(session& on, std::string_view layout,
                                          std::string_view tool) {
    std::vector<bookkeeping> result;
    // A table without a revision of its own, such as sqitch's tags, tells nothing new.
    for (const row& one :
         on.query("SELECT f.identity, (f.tool).tool FROM chronos.tool_tables(NULL) AS f"
                  " WHERE (f.tool).revision <> '{}' ORDER BY 1")) {
        for (const tool_query& form : kQueries) {
            const bool wanted = tool.empty() ? has_word(form.layouts, layout) : form.tool == tool;
            if (wanted && form.tool == one.text(1))
                result.push_back(read_table(on, form, one.text(0)));
        }
    }
    return result;
}

std::vector<std::string> bookkeeping_tools() {
    std::vector<std::string> result;
    for (const tool_query& form : kQueries) result.emplace_back(form.tool);
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace chronos::internal

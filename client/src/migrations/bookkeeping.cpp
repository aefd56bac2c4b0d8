#include "migrations/bookkeeping.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "versions/values.hpp"

namespace chronos::internal {

namespace {

// Columns, queries and their meaning are those of the tools' own sources; a query returns name,
// time, role, and whether it is half done, in the order of application.
struct tool_form {
    std::string_view tool;
    std::string_view layouts;  // words
    std::string_view relation;
    std::string_view columns;  // that it must have
    std::string_view strange;  // that it must not have
    std::string_view query;    // {}: the table
    bool is_high_mark = false;
};

constexpr std::array<tool_form, 12> kForms{{
    {"golang-migrate", "pairs", "schema_migrations", "version dirty", "",
     "SELECT version, NULL, NULL, dirty FROM {} WHERE version >= 0", true},
    {"sqlx", "pairs numbered", "_sqlx_migrations",
     "version description installed_on success checksum execution_time", "",
     "SELECT version, installed_on, NULL, NOT success FROM {} ORDER BY version"},
    {"goose", "goose", "goose_db_version", "id version_id is_applied tstamp", "",
     "SELECT version_id, tstamp, NULL, false FROM (SELECT DISTINCT ON (version_id) * FROM {}"
     " ORDER BY version_id, id DESC) AS s WHERE is_applied AND version_id > 0 ORDER BY id"},
    {"dbmate", "dbmate", "schema_migrations", "version", "dirty inserted_at statements name",
     "SELECT version, NULL, NULL, false FROM {} ORDER BY version"},
    {"node-pg-migrate", "node-pg-migrate", "pgmigrations", "id name run_on", "",
     "SELECT name, run_on, NULL, false FROM {} ORDER BY run_on, id"},
    {"flyway", "flyway", "flyway_schema_history",
     "installed_rank version description type script checksum installed_by installed_on "
     "execution_time success",
     "",
     "SELECT version, installed_on, installed_by, NOT success FROM (SELECT DISTINCT ON (version) *"
     " FROM {} WHERE version IS NOT NULL ORDER BY version, installed_rank DESC) AS s"
     " WHERE type NOT LIKE 'UNDO%' AND type <> 'DELETE' ORDER BY installed_rank"},
    {"sqitch", "sqitch", "changes",
     "change_id change project committed_at committer_name planned_at planner_name", "",
     "SELECT change, committed_at, committer_name, false FROM {} ORDER BY committed_at"},
    {"prisma", "prisma", "_prisma_migrations",
     "id checksum finished_at migration_name logs rolled_back_at started_at applied_steps_count",
     "",
     "SELECT migration_name, finished_at, NULL, finished_at IS NULL FROM {}"
     " WHERE rolled_back_at IS NULL ORDER BY started_at"},
    {"supabase", "numbered", "schema_migrations", "version statements name", "",
     "SELECT version, NULL, NULL, false FROM {} ORDER BY version"},
    {"atlas", "numbered", "atlas_schema_revisions",
     "version description type applied total executed_at error hash", "",
     "SELECT version, executed_at, NULL, applied <> total FROM {} WHERE version NOT LIKE '.%'"
     " ORDER BY executed_at"},
    {"refinery", "flyway", "refinery_schema_history", "version name applied_on checksum", "",
     "SELECT version, applied_on, NULL, false FROM {} ORDER BY version"},
    {"yandex-pgmigrate", "flyway", "schema_version",
     "version description type installed_by installed_on", "installed_rank",
     "SELECT version, installed_on, installed_by, false FROM {} ORDER BY version"},
}};

std::set<std::string> words_of(std::string_view text) {
    std::set<std::string> result;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) result.emplace(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

bool fits(const tool_form& form, std::string_view relation, const std::set<std::string>& columns) {
    const auto needed = words_of(form.columns);
    const auto strange = words_of(form.strange);
    return relation == form.relation &&
           std::includes(columns.begin(), columns.end(), needed.begin(), needed.end()) &&
           std::none_of(strange.begin(), strange.end(),
                        [&columns](const std::string& one) { return columns.count(one) != 0; });
}

bookkeeping read_table(session& on, const tool_form& form, const std::string& table) {
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
    std::vector<std::string> names;
    for (const tool_form& form : kForms) names.push_back(std::string(form.relation));
    std::vector<bookkeeping> result;
    for (const row& one :
         on.query("SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), c.relname,"
                  " pg_catalog.to_json(array(SELECT a.attname FROM pg_catalog.pg_attribute AS a"
                  "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))"
                  " FROM pg_catalog.pg_class AS c"
                  " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
                  " WHERE c.relkind IN ('r', 'p')"
                  "  AND c.relname = ANY (pg_catalog.string_to_array($1, ' ')) ORDER BY 1",
                  {fmt::format("{}", fmt::join(names, " "))})) {
        const auto list = texts(one.text(2));
        const std::set<std::string> columns(list.begin(), list.end());
        for (const tool_form& form : kForms) {
            const bool wanted = tool.empty()
                                    ? words_of(form.layouts).count(std::string(layout)) != 0
                                    : form.tool == tool;
            if (wanted && fits(form, one.text(1), columns))
                result.push_back(read_table(on, form, one.text(0)));
        }
    }
    return result;
}

std::vector<std::string> bookkeeping_tools() {
    std::vector<std::string> result;
    for (const tool_form& form : kForms) result.emplace_back(form.tool);
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace chronos::internal

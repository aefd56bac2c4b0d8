// Taking over from another tool: what it has applied is not run again.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "chronos/connection.hpp"
#include "chronos/migrate.hpp"
#include "migrations/bookkeeping.hpp"
#include "migrations/layout.hpp"
#include "migrations/migration_state.hpp"
#include "migrations/runner_lock.hpp"
#include "migrations/script_lines.hpp"

namespace chronos {

namespace {

using internal::applied_elsewhere;
using internal::bookkeeping;
using internal::compared_migration;

// "0042_add_orders.up.sql", "0042_add_orders/migration.sql": "0042_add_orders".
std::string stem_of(const std::string& file) {
    std::string stem(file.ends_with("/migration.sql") ? file.substr(0, file.rfind('/'))
                                                      : internal::base_name(file));
    for (const std::string_view ending : {".sql", ".up"}) {
        if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
    }
    return stem;
}

const compared_migration* find(const std::vector<compared_migration>& all,
                               const std::string& name) {
    const auto by_file = std::find_if(all.begin(), all.end(), [&name](const auto& one) {
        return one.file && stem_of(one.file->up.file) == name;
    });
    if (by_file != all.end()) return &*by_file;
    return internal::find_migration(all, name);
}

bookkeeping only_one(internal::session& on, const std::string& layout, const std::string& tool) {
    const auto tools = internal::bookkeeping_tools();
    if (!tool.empty() && std::find(tools.begin(), tools.end(), tool) == tools.end()) {
        throw error(error_code::usage, fmt::format("\"{}\" is no tool that is known", tool), {},
                    fmt::format("Known are {}.", fmt::join(tools, ", ")));
    }
    auto found = internal::read_bookkeeping(on, layout, tool);
    if (found.size() == 1) return std::move(found.front());
    if (found.empty()) {
        throw error(
            error_code::not_found,
            tool.empty()
                ? fmt::format("there is no table of a tool with {} directories here", layout)
                : fmt::format("there is no table of {} here", tool),
            {}, "Name the tool with --from, or mark what is applied with migrate baseline.");
    }
    std::vector<std::string> tables;
    for (const bookkeeping& one : found) tables.push_back(one.table + " of " + one.tool);
    throw error(error_code::refused, "there are several tables of migrations",
                fmt::format("They are {}.", fmt::join(tables, ", ")),
                "Take away those that are not used, or name the tool with --from.");
}

// What a tool has applied, in the directory's terms. Throws refused: applied, and there is no file.
std::vector<std::pair<const compared_migration*, applied_elsewhere>> matched(
    const std::vector<compared_migration>& all, const bookkeeping& book,
    const migrate_options& options) {
    std::vector<std::pair<const compared_migration*, applied_elsewhere>> result;
    std::vector<std::string> unknown;
    for (const applied_elsewhere& one : book.applied) {
        const compared_migration* const found = find(all, one.name);
        if (found == nullptr || !found->file) {
            unknown.push_back(one.name);
            continue;
        }
        for (const compared_migration& each : all) {
            const bool below = book.is_high_mark && each.file && &each != found &&
                               internal::ordinal_less(each.file->ordinal, found->file->ordinal);
            if (below) result.emplace_back(&each, applied_elsewhere{});
        }
        result.emplace_back(found, one);
    }
    if (unknown.empty()) return result;
    const std::string message =
        fmt::format("{} has applied what is not in the directory", book.tool);
    const std::string list = fmt::format("{}", fmt::join(unknown, ", "));
    if (options.missing == migration_policy::refuse) {
        throw error(error_code::refused, message, list,
                    "Name the right directory, or add --missing warn.");
    }
    if (options.warning) options.warning(message + ": " + list);
    return result;
}

}  // namespace

adopted_migrations adopt_migrations(connection& database, const migrate_options& options,
                                    const std::string& tool) {
    internal::session& on = database.internal_session();
    const internal::runner_lock lock(on, internal::waiting_of(options));
    const auto set = internal::read_migrations(options.directory);
    internal::transaction whole(on);
    internal::migration_store store(on, "");
    const auto all = internal::compare_migrations(set.migrations, store.read());
    const bookkeeping book = only_one(on, set.layout, tool);
    adopted_migrations result{book.tool, book.table, {}};
    for (const auto& [one, how] : matched(all, book, options)) {
        if (one->row && one->row->applied()) continue;
        store.mark_applied(*one->file, "import", how.at, how.by);
        result.versions.push_back(one->scripts().version);
    }
    whole.commit();
    return result;
}

}  // namespace chronos

// One for each way in which tools lay out their migrations. Pure: they know a file tree, no
// database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migrations/file_tree.hpp"
#include "migrations/migration.hpp"

namespace chronos::internal {

struct layout {
    std::string_view name;
    // A path by which it is recognised; empty: this is another layout.
    std::string (*evidence)(const file_tree& tree);
    // Throws usage where the tool would complain, or would leave out something.
    migration_set (*read)(const file_tree& tree);
};

extern const layout kSqitchLayout;    // sqitch.plan, deploy/, revert/, verify/
extern const layout kPrismaLayout;    // NNNN_name/migration.sql
extern const layout kPairsLayout;     // NNNN_name.up.sql, .down.sql: ours, golang-migrate, sqlx
extern const layout kFlywayLayout;    // V1.2__name.sql, U1.2__name.sql, R__name.sql
extern const layout kGooseLayout;     // NNNN_name.sql with -- +goose Up
extern const layout kDbmateLayout;    // NNNN_name.sql with -- migrate:up
extern const layout kNodeLayout;      // NNNN_name.sql with -- Up Migration: node-pg-migrate
extern const layout kNumberedLayout;  // NNNN_name.sql: Supabase, Atlas, Drizzle and others

// Recognises the layout and reads it, in order. Throws usage: nothing there, two tools in one
// directory, two migrations with one number.
[[nodiscard]] migration_set read_layout(const file_tree& tree);
[[nodiscard]] migration_set read_migrations(const std::string& directory);

// --- for the layouts

// Names at the top that begin with digits and end with .sql.
[[nodiscard]] std::vector<std::string> numbered_files(const file_tree& tree);

// One whose version is the number that its file begins with.
[[nodiscard]] migration numbered_migration(const std::string& file);

// Names at the top that begin with digits and are programs: Chronos cannot run them, and a chain
// without them would not be the chain. Throws usage if there is one.
void refuse_programs(const file_tree& tree);

// A script whose text is a whole file.
[[nodiscard]] script whole_script(const file_tree& tree, const std::string& path);

// Nothing where a script has no statement.
[[nodiscard]] std::optional<script> unless_empty(script what);

// before_all.sql, after_each.sql and so on at the top.
[[nodiscard]] std::vector<migration_hook> own_hooks(const file_tree& tree);

}  // namespace chronos::internal

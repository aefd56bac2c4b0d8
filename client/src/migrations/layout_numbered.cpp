// 0001_name.sql as a whole is the way up: Supabase, Atlas, Drizzle and hand-made directories. And
// Prisma, which has a folder for each.
#include <algorithm>

#include "migrations/layout.hpp"
#include "migrations/marked_sections.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

bool is_plain(const file_tree& tree, const std::string& file) {
    if (file.ends_with(".up.sql") || file.ends_with(".down.sql")) return false;
    const std::string text = tree.read(file);
    const auto lines = lines_of(text);
    return std::none_of(lines.begin(), lines.end(), [](std::string_view line) {
        return goose_section(line) != section::none || dbmate_section(line) != section::none ||
               node_section(line) != section::none;
    });
}

std::string numbered_evidence(const file_tree& tree) {
    // node-pg-migrate takes files without a marker too.
    if (!kNodeLayout.evidence(tree).empty()) return {};
    for (const std::string& file : numbered_files(tree)) {
        if (is_plain(tree, file)) return file;
    }
    return {};
}

migration_set read_numbered(const file_tree& tree) {
    refuse_programs(tree);
    migration_set set;
    set.hooks = own_hooks(tree);
    for (const std::string& file : numbered_files(tree)) {
        set.migrations.push_back(numbered_migration(file));
        set.migrations.back().up = whole_script(tree, file);
    }
    return set;
}

bool is_prisma(std::string_view path) {
    const auto slash = path.find('/');
    return slash != std::string_view::npos && path.substr(slash) == "/migration.sql" &&
           !digits_of(path).empty();
}

std::string prisma_evidence(const file_tree& tree) {
    const auto found = std::find_if(tree.paths.begin(), tree.paths.end(), is_prisma);
    return found == tree.paths.end() ? std::string() : *found;
}

migration_set read_prisma(const file_tree& tree) {
    migration_set set;
    set.hooks = own_hooks(tree);
    for (const std::string& path : tree.paths) {
        if (!is_prisma(path)) continue;
        set.migrations.push_back(numbered_migration(path.substr(0, path.find('/'))));
        set.migrations.back().up = whole_script(tree, path);
    }
    return set;
}

}  // namespace

const layout kNumberedLayout{"numbered", numbered_evidence, read_numbered};
const layout kPrismaLayout{"prisma", prisma_evidence, read_prisma};

}  // namespace chronos::internal

// node-pg-migrate in SQL: 1700000000000_name.sql with `-- Up Migration` and `-- Down Migration`.
#include <algorithm>

#include "migrations/layout.hpp"
#include "migrations/marked_sections.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

std::string evidence(const file_tree& tree) { return first_marked(tree, node_section); }

migration_set read(const file_tree& tree) {
    refuse_programs(tree);
    migration_set set;
    set.hooks = own_hooks(tree);
    for (const std::string& file : numbered_files(tree)) {
        const std::string text = tree.read(file);
        auto parts = sections_of(text, node_section);
        migration one = numbered_migration(file);
        // What stands before the first marker belongs to the way up, as does a file without any.
        one.up = {file, parts.has_up ? parts.up : parts.preface, true};
        one.up.transactional = !forbids_transaction(parts.preface + parts.up);
        one.down = unless_empty({file, parts.down, !forbids_transaction(parts.down)});
        set.migrations.push_back(std::move(one));
    }
    return set;
}

}  // namespace

section node_section(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with("--")) return section::none;
    line.remove_prefix(std::min(line.find_first_not_of("- \t"), line.size()));
    const auto words = comment_words("-- " + std::string(line));
    if (words.starts_with("up migration")) return section::up;
    return words.starts_with("down migration") ? section::down : section::none;
}

const layout kNodeLayout{"node-pg-migrate", evidence, read};

}  // namespace chronos::internal

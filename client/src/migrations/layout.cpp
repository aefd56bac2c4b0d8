#include "migrations/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "chronos/error.hpp"
#include "core/sql_splitter.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

const std::array<const layout*, 8> kLayouts{&kSqitchLayout, &kPrismaLayout,  &kPairsLayout,
                                            &kFlywayLayout, &kGooseLayout,   &kDbmateLayout,
                                            &kNodeLayout,   &kNumberedLayout};

const layout& recognised(const file_tree& tree) {
    const layout* found = nullptr;
    std::string why;
    for (const layout* one : kLayouts) {
        const std::string evidence = one->evidence(tree);
        if (evidence.empty()) continue;
        if (found != nullptr) {
            throw error(error_code::usage, "the directory holds migrations of two tools",
                        fmt::format("\"{}\" is of the layout \"{}\", \"{}\" of \"{}\".", why,
                                    found->name, evidence, one->name),
                        "Keep one layout in a directory; the others would not be run.");
        }
        found = one;
        why = evidence;
    }
    if (found != nullptr) return *found;
    throw error(error_code::usage, "there are no migrations in the directory", {},
                "Files are called 0001_name.up.sql or 0001_name.sql; docs/migrations.md has all "
                "layouts.");
}

void require_one_each(const std::vector<migration>& migrations) {
    const auto same =
        std::adjacent_find(migrations.begin(), migrations.end(), [](const auto& a, const auto& b) {
            return a.kind == b.kind &&
                   (a.version == b.version ||
                    (a.kind == migration_kind::versioned && a.ordinal == b.ordinal));
        });
    if (same == migrations.end()) return;
    throw error(
        error_code::usage,
        fmt::format("two migrations have the {} {}",
                    same->kind == migration_kind::versioned ? "number" : "name", same->version),
        fmt::format("They are \"{}\" and \"{}\".", same->up.file, std::next(same)->up.file),
        "Give each migration a number of its own.");
}

constexpr std::array<std::pair<std::string_view, hook_moment>, 4> kHooks{
    {{"before_all.sql", hook_moment::before_all},
     {"before_each.sql", hook_moment::before_each},
     {"after_each.sql", hook_moment::after_each},
     {"after_all.sql", hook_moment::after_all}}};

}  // namespace

migration_set read_layout(const file_tree& tree) {
    const layout& chosen = recognised(tree);
    migration_set set = chosen.read(tree);
    set.layout = chosen.name;
    std::stable_sort(set.migrations.begin(), set.migrations.end(),
                     [](const migration& left, const migration& right) {
                         if (left.kind != right.kind) return left.kind == migration_kind::versioned;
                         if (left.kind == migration_kind::repeatable)
                             return left.version < right.version;
                         return ordinal_less(left.ordinal, right.ordinal);
                     });
    require_one_each(set.migrations);
    return set;
}

migration_set read_migrations(const std::string& directory) {
    try {
        return read_layout(tree_of(directory));
    } catch (const error& wrong) {
        throw error(wrong.code(),
                    std::string(wrong.what()).find(directory) != std::string::npos
                        ? wrong.what()
                        : fmt::format("{}: {}", directory, wrong.what()),
                    wrong.detail(), wrong.hint());
    }
}

std::vector<std::string> numbered_files(const file_tree& tree) {
    std::vector<std::string> names;
    std::copy_if(tree.paths.begin(), tree.paths.end(), std::back_inserter(names),
                 [](const std::string& path) {
                     return path.find('/') == std::string::npos && !digits_of(path).empty() &&
                            path.ends_with(".sql");
                 });
    return names;
}

migration numbered_migration(const std::string& file) {
    migration result;
    result.version = plain_number(digits_of(file));
    result.ordinal = {result.version};
    result.name = readable_name(file);
    return result;
}

void refuse_programs(const file_tree& tree) {
    for (const std::string& path : tree.paths) {
        if (path.find('/') != std::string::npos || digits_of(path).empty()) continue;
        if (path.ends_with("_test.go") || path.ends_with(".d.ts")) continue;
        for (const std::string_view ending : {".js", ".ts", ".cjs", ".mjs", ".go", ".py", ".rb"}) {
            if (!path.ends_with(ending)) continue;
            throw error(error_code::usage,
                        fmt::format("\"{}\" is a program, which Chronos cannot run", path), {},
                        "Write the migration in SQL.");
        }
    }
}

script whole_script(const file_tree& tree, const std::string& path) {
    script result{path, tree.read(path), true};
    result.transactional = !forbids_transaction(result.text);
    return result;
}

std::optional<script> unless_empty(script what) {
    if (split_sql(what.text).empty()) return std::nullopt;
    return what;
}

std::vector<migration_hook> own_hooks(const file_tree& tree) {
    std::vector<migration_hook> hooks;
    for (const auto& [name, moment] : kHooks) {
        if (std::find(tree.paths.begin(), tree.paths.end(), name) != tree.paths.end())
            hooks.push_back({moment, whole_script(tree, std::string(name))});
    }
    return hooks;
}

}  // namespace chronos::internal

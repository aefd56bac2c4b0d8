// Flyway: V1.2__name.sql, U1.2__name.sql, R__name.sql, B1.2__name.sql, in any folder, with
// NAME.sql.conf beside them, and callbacks.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "chronos/error.hpp"
#include "migrations/layout.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

struct flyway_name {
    char prefix = ' ';
    std::string version;  // with dots
    std::string description;
};

std::string spaced(std::string_view text) {
    std::string result(text);
    std::replace(result.begin(), result.end(), '_', ' ');
    return result;
}

std::optional<flyway_name> parse_name(std::string_view file) {
    if (!file.ends_with(".sql")) return std::nullopt;
    file.remove_suffix(4);
    const auto separator = file.find("__");
    if (separator == std::string_view::npos || separator < 1) return std::nullopt;
    if (std::string_view("VURB").find(file[0]) == std::string_view::npos) return std::nullopt;
    flyway_name name{file[0], std::string(file.substr(1, separator - 1)),
                     spaced(file.substr(separator + 2))};
    std::replace(name.version.begin(), name.version.end(), '_', '.');
    const bool number =
        !name.version.empty() && name.version.find_first_not_of("0123456789.") == std::string::npos;
    if ((name.prefix == 'R') != name.version.empty() || (name.prefix != 'R' && !number))
        return std::nullopt;
    return name;
}

std::string evidence(const file_tree& tree) {
    for (const std::string& path : tree.paths) {
        const auto name = parse_name(base_name(path));
        if (name && name->prefix != 'U') return path;
    }
    return {};
}

// executeInTransaction=false, as a properties file has it.
bool conf_forbids_transaction(const file_tree& tree, const std::string& path) {
    const std::string conf = path + ".conf";
    if (std::find(tree.paths.begin(), tree.paths.end(), conf) == tree.paths.end()) return false;
    const std::string text = tree.read(conf);
    for (const std::string_view line : lines_of(text)) {
        std::string word;
        for (const char c : line) {
            if (std::isspace(static_cast<unsigned char>(c)) == 0)
                word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        if (word == "executeintransaction=false" || word == "executeintransaction:false")
            return true;
    }
    return false;
}

script flyway_script(const file_tree& tree, const std::string& path) {
    script result = whole_script(tree, path);
    if (conf_forbids_transaction(tree, path)) result.transactional = false;
    return result;
}

migration_ordinal ordinal_of(const std::string& version) {
    migration_ordinal result;
    for (std::string_view rest = version;;) {
        const auto end = std::min(rest.find('.'), rest.size());
        result.emplace_back(rest.substr(0, end));
        if (end == rest.size()) return result;
        rest.remove_prefix(end + 1);
    }
}

migration flyway_migration(const file_tree& tree, const std::string& path,
                           const flyway_name& name) {
    migration one;
    one.name = name.description;
    one.up = flyway_script(tree, path);
    if (name.prefix == 'R') {
        one.kind = migration_kind::repeatable;
        one.version = name.description;
    } else {
        one.version = plain_version(name.version);
        one.ordinal = ordinal_of(one.version);
    }
    return one;
}

// A baseline stands for what is up to its version; it is needed only where that is gone.
void add_baselines(migration_set& set, std::vector<migration> baselines) {
    for (migration& one : baselines) {
        const bool covered = std::any_of(set.migrations.begin(), set.migrations.end(),
                                         [&one](const migration& other) {
                                             return other.kind == migration_kind::versioned &&
                                                    !ordinal_less(one.ordinal, other.ordinal);
                                         });
        if (!covered) set.migrations.push_back(std::move(one));
    }
}

void add_undo(migration_set& set, std::map<std::string, script>& undo) {
    for (migration& one : set.migrations) {
        const auto found = undo.find(one.version);
        if (one.kind != migration_kind::versioned || found == undo.end()) continue;
        one.down = unless_empty(std::move(found->second));
        undo.erase(found);
    }
    if (undo.empty()) return;
    throw error(error_code::usage,
                fmt::format("\"{}\" undoes a version that is not there", undo.begin()->second.file),
                {}, fmt::format("There should be a V{}__… beside it.", undo.begin()->first));
}

std::optional<hook_moment> callback_of(std::string_view file) {
    if (!file.ends_with(".sql")) return std::nullopt;
    file.remove_suffix(4);
    file = file.substr(0, file.find("__"));
    if (file == "beforeMigrate") return hook_moment::before_all;
    if (file == "beforeEachMigrate") return hook_moment::before_each;
    if (file == "afterEachMigrate") return hook_moment::after_each;
    if (file == "afterMigrate") return hook_moment::after_all;
    return std::nullopt;
}

migration_set read(const file_tree& tree) {
    migration_set set;
    std::vector<migration> baselines;
    std::map<std::string, script> undo;
    for (const std::string& path : tree.paths) {
        if (const auto moment = callback_of(base_name(path)))
            set.hooks.push_back({*moment, flyway_script(tree, path)});
        const auto name = parse_name(base_name(path));
        if (!name) continue;
        if (name->prefix == 'U') {
            undo.emplace(plain_version(name->version), flyway_script(tree, path));
        } else {
            auto& list = name->prefix == 'B' ? baselines : set.migrations;
            list.push_back(flyway_migration(tree, path, *name));
        }
    }
    add_baselines(set, std::move(baselines));
    add_undo(set, undo);
    return set;
}

}  // namespace

const layout kFlywayLayout{"flyway", evidence, read};

}  // namespace chronos::internal

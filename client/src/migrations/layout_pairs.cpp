// 0001_name.up.sql and 0001_name.down.sql: ours, golang-migrate, sqlx.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "chronos/error.hpp"
#include "migrations/layout.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

constexpr std::string_view kUp = ".up.sql";
constexpr std::string_view kDown = ".down.sql";

std::string evidence(const file_tree& tree) {
    const auto files = numbered_files(tree);
    const auto found = std::find_if(files.begin(), files.end(), [](const std::string& file) {
        return file.ends_with(kUp) || file.ends_with(kDown);
    });
    return found == files.end() ? std::string() : *found;
}

migration_set read(const file_tree& tree) {
    refuse_programs(tree);
    migration_set set;
    set.hooks = own_hooks(tree);
    std::map<std::string, std::string> downs;  // files by number
    for (const std::string& file : numbered_files(tree)) {
        const auto number = plain_number(digits_of(file));
        if (file.ends_with(kUp)) {
            set.migrations.push_back(numbered_migration(file));
            set.migrations.back().up = whole_script(tree, file);
        } else if (file.ends_with(kDown) && !downs.emplace(number, file).second) {
            throw error(error_code::usage, fmt::format("two ways down have the number {}", number),
                        fmt::format("They are \"{}\" and \"{}\".", downs[number], file),
                        "Give each migration a number of its own.");
        }
    }
    for (migration& one : set.migrations) {
        const auto down = downs.find(one.version);
        if (down == downs.end()) continue;
        one.down = unless_empty(whole_script(tree, down->second));
        downs.erase(down);
    }
    if (!downs.empty()) {
        throw error(
            error_code::usage, fmt::format("\"{}\" has no way up", downs.begin()->second), {},
            fmt::format(
                "There should be \"{}.up.sql\" beside it.",
                downs.begin()->second.substr(0, downs.begin()->second.size() - kDown.size())));
    }
    return set;
}

}  // namespace

const layout kPairsLayout{"pairs", evidence, read};

}  // namespace chronos::internal

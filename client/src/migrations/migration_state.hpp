// What the directory has against what the database knows. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "migrations/migration_store.hpp"

namespace chronos::internal {

enum class migration_state {
    pending,
    late,  // pending, but its number is below one that is applied
    applied,
    changed,     // applied, and the script means something else now
    missing,     // applied, and there is no file
    unfinished,  // between two of its steps, on its way up or down
};

struct compared_migration {
    migration_state state = migration_state::pending;
    std::optional<migration> file;
    std::optional<stored_migration> row;

    // The file's scripts, or else those that were kept.
    [[nodiscard]] const migration& scripts() const { return file ? *file : row->scripts; }
};

// Versioned ones in the order of their ordinals, then repeatable ones. What is neither in the
// directory nor applied is left out. A repeatable one that has changed is pending.
[[nodiscard]] std::vector<compared_migration> compare_migrations(
    const std::vector<migration>& files, const std::vector<stored_migration>& known);

// Those that are applied, the last one first, as they are to be undone. Repeatable ones are not
// among them.
[[nodiscard]] std::vector<const compared_migration*> applied_backwards(
    const std::vector<compared_migration>& all);

// By version, as written in the command ("007", "1.2.0"); nullptr: there is none.
[[nodiscard]] const compared_migration* find_migration(const std::vector<compared_migration>& all,
                                                       const std::string& version);

}  // namespace chronos::internal

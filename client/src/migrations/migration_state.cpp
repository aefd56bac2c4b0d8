#include "migrations/migration_state.hpp"

#include <algorithm>

#include "migrations/checksum.hpp"

namespace chronos::internal {

namespace {

bool is_versioned(const compared_migration& one) {
    return one.scripts().kind == migration_kind::versioned;
}

bool comes_before(const compared_migration& left, const compared_migration& right) {
    if (is_versioned(left) != is_versioned(right)) return is_versioned(left);
    if (!is_versioned(left)) return left.scripts().version < right.scripts().version;
    return ordinal_less(left.scripts().ordinal, right.scripts().ordinal);
}

bool has_changed(const migration& file, const stored_migration& row) {
    return !row.up_checksum.empty() && row.up_checksum != script_checksum(file.up.text);
}

migration_state state_of(const compared_migration& one) {
    if (!one.row || !one.row->applied()) return migration_state::pending;
    if (one.row->state != "applied") return migration_state::unfinished;
    if (!one.file) return migration_state::missing;
    if (!has_changed(*one.file, *one.row)) return migration_state::applied;
    return is_versioned(one) ? migration_state::changed : migration_state::pending;
}

// The newest that is applied, in the order of ordinals.
const compared_migration* newest_applied(const std::vector<compared_migration>& all) {
    const auto found = std::find_if(all.rbegin(), all.rend(), [](const auto& one) {
        return is_versioned(one) && one.row && one.row->applied();
    });
    return found == all.rend() ? nullptr : &*found;
}

}  // namespace

std::vector<compared_migration> compare_migrations(const std::vector<migration>& files,
                                                   const std::vector<stored_migration>& known) {
    std::vector<compared_migration> all;
    for (const migration& file : files) all.push_back({migration_state::pending, file, {}});
    for (const stored_migration& row : known) {
        const auto same = std::find_if(all.begin(), all.end(), [&row](const auto& one) {
            return one.file && one.file->kind == row.scripts.kind &&
                   one.file->version == row.scripts.version;
        });
        if (same != all.end()) {
            same->row = row;
        } else if (row.applied()) {
            all.push_back({migration_state::missing, {}, row});
        }
    }
    for (auto& one : all) one.state = state_of(one);
    std::stable_sort(all.begin(), all.end(), comes_before);
    const compared_migration* newest = newest_applied(all);
    for (auto& one : all) {
        if (newest != nullptr && one.state == migration_state::pending && is_versioned(one) &&
            ordinal_less(one.scripts().ordinal, newest->scripts().ordinal))
            one.state = migration_state::late;
    }
    return all;
}

std::vector<const compared_migration*> applied_backwards(
    const std::vector<compared_migration>& all) {
    std::vector<const compared_migration*> result;
    for (const auto& one : all) {
        if (is_versioned(one) && one.row && one.row->applied()) result.push_back(&one);
    }
    std::stable_sort(result.begin(), result.end(), [](const auto* left, const auto* right) {
        return left->row->sequence > right->row->sequence;
    });
    return result;
}

const compared_migration* find_migration(const std::vector<compared_migration>& all,
                                         const std::string& version) {
    const std::string plain = plain_version(version);
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) {
        const std::string& own = one.scripts().version;
        return is_versioned(one) && (own == version || own == plain || plain_version(own) == plain);
    });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace chronos::internal

#include "migrations/migration_order.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "chronos/error.hpp"
#include "chronos/text_diff.hpp"

namespace chronos::internal {

namespace {

using list = std::vector<const compared_migration*>;

list in_state(const std::vector<compared_migration>& all, migration_state state) {
    list found;
    for (const auto& one : all) {
        if (one.state == state) found.push_back(&one);
    }
    return found;
}

std::string listed(const list& some) {
    std::string text;
    for (const auto* one : some) {
        if (!text.empty()) text += '\n';
        text += fmt::format("{}  {}", one->scripts().version, one->scripts().up.file);
    }
    return text;
}

void warn(const migrate_options& options, const std::string& message) {
    if (options.warning) options.warning(message);
}

std::string difference(const compared_migration& one) {
    std::string text = one.scripts().up.file;
    for (const diff_hunk& hunk : text_diff(one.row->scripts.up.text, one.file->up.text)) {
        text += '\n' + hunk.title();
        for (const diff_line& line : hunk.lines) {
            const char* mark = line.change == line_change::added     ? "+"
                               : line.change == line_change::removed ? "-"
                                                                     : " ";
            text += '\n' + (mark + line.text);
        }
    }
    return text;
}

void refuse_changed(const std::vector<compared_migration>& all) {
    const list changed = in_state(all, migration_state::changed);
    if (changed.empty()) return;
    std::string text;
    for (const auto* one : changed) text += (text.empty() ? "" : "\n") + difference(*one);
    throw error(error_code::refused,
                fmt::format("{} of the applied migrations {} another script now", changed.size(),
                            changed.size() == 1 ? "has" : "have"),
                text,
                "Put the script back and write a new migration; or accept it as it is, without "
                "running it: chronosctl migrate repair.");
}

void check_missing(const std::vector<compared_migration>& all, const migrate_options& options) {
    const list missing = in_state(all, migration_state::missing);
    if (missing.empty()) return;
    if (options.missing != migration_policy::refuse) {
        warn(options, fmt::format("applied, but without a file: {}", listed(missing)));
        return;
    }
    throw error(error_code::refused,
                fmt::format("{} applied migration{} no file", missing.size(),
                            missing.size() == 1 ? " has" : "s have"),
                listed(missing),
                "Bring the files back; or go on without them: --missing warn; or take the "
                "migrations back, their scripts are kept: chronosctl migrate down.");
}

// Whether it is to be applied when the target is reached.
bool wanted(const compared_migration& one, const compared_migration* limit, bool nothing) {
    if (nothing) return false;
    return limit == nullptr || !ordinal_less(limit->scripts().ordinal, one.scripts().ordinal);
}

bool take_late(const std::vector<compared_migration>& all, const compared_migration* limit,
               const migrate_options& options) {
    list late = in_state(all, migration_state::late);
    std::erase_if(late, [limit](const auto* one) { return !wanted(*one, limit, false); });
    if (late.empty() || options.out_of_order == migration_policy::apply) return true;
    if (options.out_of_order == migration_policy::warn) {
        warn(options, fmt::format("left out, because newer ones are applied: {}", listed(late)));
        return false;
    }
    throw error(error_code::refused,
                fmt::format("{} migration{} older than those that are applied", late.size(),
                            late.size() == 1 ? " is" : "s are"),
                listed(late),
                "Give them new numbers; or run them now: --out-of-order apply; or leave them out: "
                "--out-of-order warn.");
}

bool is_versioned(const compared_migration& one) {
    return one.scripts().kind == migration_kind::versioned;
}

bool is_on_its_way(const compared_migration& one, const char* state) {
    return one.state == migration_state::unfinished && one.row->state == state;
}

std::vector<ordered_migration> back(const std::vector<compared_migration>& all, std::size_t steps) {
    std::vector<ordered_migration> order;
    for (const auto* one : applied_backwards(all)) {
        if (order.size() < steps) order.push_back({one, false});
    }
    return order;
}

void add_ways_up(std::vector<ordered_migration>& order, const std::vector<compared_migration>& all,
                 const compared_migration* limit, const migrate_options& options) {
    // A way back does not depend on the directory.
    if (order.empty()) {
        refuse_changed(all);
        check_missing(all, options);
    }
    const bool late = take_late(all, limit, options);
    for (const auto& one : all) {
        const bool pending = one.state == migration_state::pending ||
                             (one.state == migration_state::late && late) ||
                             is_on_its_way(one, "applying") || is_on_its_way(one, "undoing");
        if (!pending) continue;
        if (is_versioned(one) ? wanted(one, limit, false) : limit == nullptr)
            order.push_back({&one, true});
    }
}

}  // namespace

std::vector<ordered_migration> order_migrations(const std::vector<compared_migration>& all,
                                                const migration_target& target,
                                                const migrate_options& options) {
    if (target.what == migration_target::kind::steps_back) return back(all, target.steps);
    const compared_migration* limit = nullptr;
    const bool nothing = target.what == migration_target::kind::version &&
                         plain_version(target.version) == "0" &&
                         find_migration(all, "0") == nullptr;
    if (target.what == migration_target::kind::version && !nothing) {
        limit = find_migration(all, target.version);
        if (limit == nullptr) {
            throw error(error_code::not_found,
                        fmt::format("there is no migration {}", target.version), {},
                        "chronosctl migrate status lists them.");
        }
    }
    std::vector<ordered_migration> order;
    for (const auto* one : applied_backwards(all)) {
        if (is_on_its_way(*one, "undoing") || !wanted(*one, limit, nothing))
            order.push_back({one, false});
    }
    if (!nothing) add_ways_up(order, all, limit, options);
    if (target.what == migration_target::kind::steps_forward && order.size() > target.steps)
        order.resize(target.steps);
    return order;
}

}  // namespace chronos::internal

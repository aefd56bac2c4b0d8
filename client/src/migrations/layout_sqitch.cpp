// sqitch: the order is that of sqitch.plan, the scripts are in deploy/, revert/ and verify/.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "chronos/error.hpp"
#include "migrations/layout.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

constexpr const char* kPlan = "sqitch.plan";

struct change {
    std::string name;
    std::string script;  // its name, with the tag if the change was reworked later
};

std::string_view first_word(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return line.substr(0, std::min(line.find_first_of(" \t\r\n"), line.size()));
}

// A change that appears again was reworked: the scripts of its first appearance carry the first tag
// after it.
std::vector<change> changes_of(std::string_view plan) {
    std::vector<change> changes;
    std::map<std::string, std::size_t> latest;
    std::map<std::string, std::string> tag_after;
    for (const std::string_view line : lines_of(plan)) {
        const auto word = first_word(line);
        if (word.empty() || word[0] == '#' || word[0] == '%') continue;
        if (word[0] == '@') {
            for (const auto& one : changes) tag_after.try_emplace(one.script, word);
            continue;
        }
        const std::string name(word);
        if (const auto before = latest.find(name); before != latest.end()) {
            change& reworked = changes[before->second];
            const auto tag = tag_after.find(reworked.script);
            if (tag == tag_after.end()) {
                throw error(error_code::usage,
                            fmt::format("sqitch.plan has the change \"{}\" twice", name), {},
                            "There has to be a tag between a change and its reworking.");
            }
            reworked.script += tag->second;
            tag_after.erase(name);
        }
        latest[name] = changes.size();
        changes.push_back({name, name});
    }
    return changes;
}

std::optional<script> script_in(const file_tree& tree, const char* folder,
                                const std::string& name) {
    const std::string path = fmt::format("{}/{}.sql", folder, name);
    if (std::find(tree.paths.begin(), tree.paths.end(), path) == tree.paths.end())
        return std::nullopt;
    return whole_script(tree, path);
}

std::string evidence(const file_tree& tree) {
    const bool there = std::find(tree.paths.begin(), tree.paths.end(), kPlan) != tree.paths.end();
    return there ? kPlan : "";
}

migration_set read(const file_tree& tree) {
    migration_set set;
    set.hooks = own_hooks(tree);
    std::map<std::string, int> times;
    for (const change& one : changes_of(tree.read(kPlan))) {
        auto deploy = script_in(tree, "deploy", one.script);
        if (!deploy) {
            throw error(error_code::usage,
                        fmt::format("the change \"{}\" of sqitch.plan has no script", one.name),
                        fmt::format("There is no \"deploy/{}.sql\".", one.script));
        }
        migration made;
        // The plan is only appended to, so this name stays with the change.
        const int time = ++times[one.name];
        made.version = time == 1 ? one.name : fmt::format("{}#{}", one.name, time);
        made.ordinal = {std::to_string(set.migrations.size() + 1)};
        made.name = one.name;
        made.up = std::move(*deploy);
        if (auto revert = script_in(tree, "revert", one.script))
            made.down = unless_empty(std::move(*revert));
        made.verify = script_in(tree, "verify", one.script);
        set.migrations.push_back(std::move(made));
    }
    return set;
}

}  // namespace

const layout kSqitchLayout{"sqitch", evidence, read};

}  // namespace chronos::internal

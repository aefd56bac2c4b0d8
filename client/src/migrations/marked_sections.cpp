#include "migrations/marked_sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "chronos/error.hpp"
#include "core/sql_splitter.hpp"
#include "migrations/layout.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

std::string first_marked(const file_tree& tree, const section_of_line& marker) {
    for (const std::string& file : numbered_files(tree)) {
        const std::string text = tree.read(file);
        const auto lines = lines_of(text);
        if (std::any_of(lines.begin(), lines.end(),
                        [&](std::string_view line) { return marker(line) != section::none; }))
            return file;
    }
    return {};
}

marked_sections sections_of(std::string_view text, const section_of_line& marker) {
    marked_sections result;
    section now = section::none;
    for (const std::string_view line : lines_of(text)) {
        const section begun = marker(line);
        if (begun != section::none) now = begun;
        result.has_up = result.has_up || begun == section::up;
        result.has_down = result.has_down || begun == section::down;
        const std::string_view left_out = line.ends_with('\n') ? "\n" : "";
        result.preface += now == section::none ? line : left_out;
        result.up += now == section::up ? line : left_out;
        result.down += now == section::down ? line : left_out;
    }
    return result;
}

migration_set read_marked(const file_tree& tree, const section_of_line& marker,
                          std::string_view up_marker) {
    refuse_programs(tree);
    migration_set set;
    set.hooks = own_hooks(tree);
    for (const std::string& file : numbered_files(tree)) {
        const auto parts = sections_of(tree.read(file), marker);
        if (!parts.has_up || !split_sql(parts.preface).empty()) {
            throw error(error_code::usage,
                        parts.has_up
                            ? fmt::format("\"{}\" has statements before \"{}\"", file, up_marker)
                            : fmt::format("\"{}\" has no \"{}\"", file, up_marker),
                        "It would not be known whether they are the way up or the way down.",
                        "Put the marker before them.");
        }
        migration one = numbered_migration(file);
        one.up = {file, parts.up, !forbids_transaction(parts.preface + parts.up)};
        one.down =
            unless_empty({file, parts.down, !forbids_transaction(parts.preface + parts.down)});
        set.migrations.push_back(std::move(one));
    }
    return set;
}

}  // namespace chronos::internal

// Files that hold the way up and the way down, told apart by marker lines.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "migrations/file_tree.hpp"
#include "migrations/migration.hpp"

namespace chronos::internal {

enum class section { none, up, down };

// What begins with a line; none: it is no marker.
using section_of_line = std::function<section(std::string_view line)>;

// The first numbered file with a marker for the way up or down; empty: none has one.
[[nodiscard]] std::string first_marked(const file_tree& tree, const section_of_line& marker);

// Parts of the text in their places, all else as empty lines. Several parts of one kind follow each
// other.
struct marked_sections {
    std::string preface;  // what stands before the first marker
    std::string up;
    std::string down;
    bool has_up = false;
    bool has_down = false;
};
[[nodiscard]] marked_sections sections_of(std::string_view text, const section_of_line& marker);

// All numbered files as migrations; statements before the first marker are an error, and so is a
// file without a way up.
[[nodiscard]] migration_set read_marked(const file_tree& tree, const section_of_line& marker,
                                        std::string_view up_marker);

[[nodiscard]] section goose_section(std::string_view line);
[[nodiscard]] section dbmate_section(std::string_view line);
[[nodiscard]] section node_section(std::string_view line);

}  // namespace chronos::internal

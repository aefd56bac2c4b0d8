// goose: 0001_name.sql with `-- +goose Up`, `-- +goose Down`, `-- +goose NO TRANSACTION`.
#include <fmt/format.h>

#include "chronos/error.hpp"
#include "migrations/layout.hpp"
#include "migrations/marked_sections.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

bool says(std::string_view text, std::string_view marker) {
    for (const std::string_view line : lines_of(text)) {
        if (is_marker(comment_words(line), marker)) return true;
    }
    return false;
}

std::string evidence(const file_tree& tree) { return first_marked(tree, goose_section); }

migration_set read(const file_tree& tree) {
    migration_set set = read_marked(tree, goose_section, "-- +goose Up");
    for (migration& one : set.migrations) {
        const std::string text = tree.read(one.up.file);
        if (says(text, "+goose envsub on")) {
            throw error(error_code::usage,
                        fmt::format("\"{}\" asks for values of environment variables", one.up.file),
                        "Chronos does not read \"-- +goose ENVSUB ON\".",
                        "Use a placeholder ${name} and --placeholder name=value.");
        }
        if (!says(text, "+goose no transaction")) continue;
        one.up.transactional = false;
        if (one.down) one.down->transactional = false;
    }
    return set;
}

}  // namespace

section goose_section(std::string_view line) {
    const auto words = comment_words(line);
    if (is_marker(words, "+goose up")) return section::up;
    return is_marker(words, "+goose down") ? section::down : section::none;
}

const layout kGooseLayout{"goose", evidence, read};

}  // namespace chronos::internal

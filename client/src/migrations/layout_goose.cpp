// goose: 0001_name.sql with `-- +goose Up`, `-- +goose Down`, `-- +goose NO TRANSACTION`.
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

// ENVSUB stays on from one section to the next; each script has to say so itself.
void carry_envsub(std::string_view text, migration& one) {
    bool on = false;
    for (const std::string_view line : lines_of(text)) {
        const auto words = comment_words(line);
        if (is_marker(words, "+goose envsub on")) on = true;
        if (is_marker(words, "+goose envsub off")) on = false;
        script* const begun = goose_section(line) == section::up                 ? &one.up
                              : goose_section(line) == section::down && one.down ? &*one.down
                                                                                 : nullptr;
        if (!on || begun == nullptr) continue;
        const auto first_end = begun->text.find('\n');
        if (begun->text.substr(0, first_end).empty()) begun->text.insert(0, "-- +goose ENVSUB ON");
    }
}

std::string evidence(const file_tree& tree) { return first_marked(tree, goose_section); }

migration_set read(const file_tree& tree) {
    migration_set set = read_marked(tree, goose_section, "-- +goose Up");
    for (migration& one : set.migrations) {
        const std::string text = tree.read(one.up.file);
        carry_envsub(text, one);
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

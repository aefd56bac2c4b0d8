// dbmate: 0001_name.sql with `-- migrate:up`, `-- migrate:down`, each with `transaction:false`.
#include "migrations/layout.hpp"
#include "migrations/marked_sections.hpp"
#include "migrations/script_lines.hpp"

namespace chronos::internal {

namespace {

bool without_transaction(std::string_view text, std::string_view marker) {
    for (const std::string_view line : lines_of(text)) {
        const auto words = comment_words(line);
        if (is_marker(words, marker) && words.find(" transaction:false") != std::string::npos)
            return true;
    }
    return false;
}

std::string evidence(const file_tree& tree) { return first_marked(tree, dbmate_section); }

migration_set read(const file_tree& tree) {
    migration_set set = read_marked(tree, dbmate_section, "-- migrate:up");
    for (migration& one : set.migrations) {
        if (without_transaction(one.up.text, "migrate:up")) one.up.transactional = false;
        if (one.down && without_transaction(one.down->text, "migrate:down"))
            one.down->transactional = false;
        // dbmate compares versions as texts: 10 comes before 9.
        one.version = std::string(digits_of(one.up.file));
        one.ordinal.clear();
        for (const char digit : one.version) one.ordinal.emplace_back(1, digit);
    }
    return set;
}

}  // namespace

section dbmate_section(std::string_view line) {
    const auto words = comment_words(line);
    if (is_marker(words, "migrate:up")) return section::up;
    return is_marker(words, "migrate:down") ? section::down : section::none;
}

const layout kDbmateLayout{"dbmate", evidence, read};

}  // namespace chronos::internal

// Migrations as they stand in a directory, whichever tool it was made for. Plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal {

// Orders migrations: numbers without leading zeros, however long, compared one after the other.
using migration_ordinal = std::vector<std::string>;

[[nodiscard]] bool ordinal_less(const migration_ordinal& left, const migration_ordinal& right);

struct script {
    std::string file;           // its path in the directory
    std::string text;           // lines that belong to other scripts of the file are empty
    bool transactional = true;  // false: each statement for itself

    friend bool operator==(const script&, const script&) = default;
};

enum class migration_kind {
    versioned,
    repeatable,  // runs again whenever it has changed
};

struct migration {
    migration_kind kind = migration_kind::versioned;
    std::string version;  // "42", "1.2", the change of a sqitch plan, the name of a repeatable one
    migration_ordinal ordinal;
    std::string name;
    script up;
    std::optional<script> down;
    std::optional<script> verify;  // as sqitch has it: fails if the way up did not do its work

    friend bool operator==(const migration&, const migration&) = default;
};

enum class hook_moment { before_all, before_each, after_each, after_all };

struct migration_hook {
    hook_moment moment = hook_moment::before_all;
    script what;

    friend bool operator==(const migration_hook&, const migration_hook&) = default;
};

struct migration_set {
    std::string layout;  // "flyway", "goose", …
    std::vector<migration>
        migrations;  // in the order in which they are to run, repeatable ones last
    std::vector<migration_hook> hooks;  // in the order of their names
};

// Of "007" 7.
[[nodiscard]] std::string plain_number(std::string_view digits);

// A version as the directories have it: "1.02.0" is 1.2, anything that is no number stays.
[[nodiscard]] std::string plain_version(std::string_view version);

}  // namespace chronos::internal

// The scripts of a migration directory, as several tools lay them out. Knows no database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chronos::internal {

struct migration {
    std::string file;           // without its folder
    std::string number;         // its digits, without leading zeros
    std::string up;             // what is not part of the way up is empty lines
    bool transactional = true;  // false: each statement for itself
};

// In the order in which they are to be run. Three layouts: NNNN_name.up.sql (golang-migrate, sqlx;
// what ends in .down.sql is left alone), NNNN_name.sql with `-- migrate:up` (dbmate) or `-- +goose
// Up` sections, and NNNN_name.sql that is a way up as a whole. Throws usage if the folder cannot be
// read, holds none, or two have one number.
[[nodiscard]] std::vector<migration> read_migrations(const std::string& directory);

// The way up in the text of one file; lines keep their places.
[[nodiscard]] migration parse_migration(std::string_view text);

}  // namespace chronos::internal

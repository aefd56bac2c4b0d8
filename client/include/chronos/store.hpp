// The record of versions inside the database: how much of it there is, and what it does not cover.
#pragma once

#include <chronos/export.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace chronos {

class connection;

struct store_size {
    std::uint64_t versions = 0;
    std::uint64_t objects = 0;  // of the current version
    std::uint64_t gaps = 0;     // committed changes that are in no version yet
    std::uint64_t bytes = 0;    // on disk, with indexes

    friend bool operator==(const store_size&, const store_size&) = default;
};

// An object of a kind that versions do not cover.
struct uncovered_object {
    std::string kind;
    std::string identity;

    friend bool operator==(const uncovered_object&, const uncovered_object&) = default;
};

[[nodiscard]] CHRONOS_EXPORT store_size measure_store(connection& database);
[[nodiscard]] CHRONOS_EXPORT std::vector<uncovered_object> uncovered_objects(connection& database);

}  // namespace chronos

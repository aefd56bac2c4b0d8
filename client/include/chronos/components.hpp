// The parts that Chronos is made of, each of which can be of another version.
#pragma once

#include <chronos/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

class connection;

// Of this library: "0.1.0".
[[nodiscard]] CHRONOS_EXPORT std::string_view library_version() noexcept;

struct component_versions {
    int server_number = 0;  // 150020
    std::string server;     // "15.20"
    std::string extension;  // in this database; empty: not installed
    std::string
        available;       // what CREATE EXTENSION would install; empty: the server lacks the package
    std::string module;  // the server's chronos.so; empty: not loaded or it cannot be
    std::string library;  // this library

    friend bool operator==(const component_versions&, const component_versions&) = default;
};

// Two parts that are of different versions, in words, with what to do about it.
struct component_mismatch {
    std::string message;
    std::string hint;
    bool fatal = false;  // they do not work together

    friend bool operator==(const component_mismatch&, const component_mismatch&) = default;
};

[[nodiscard]] CHRONOS_EXPORT component_versions components(connection& database);

// Pure; empty if all is well.
[[nodiscard]] CHRONOS_EXPORT std::vector<component_mismatch> mismatches(
    const component_versions& components);

// CREATE EXTENSION chronos. False if it was there already.
CHRONOS_EXPORT bool install_extension(connection& database);

}  // namespace chronos

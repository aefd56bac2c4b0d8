// Compose files, read for what would lose a PostgreSQL database: `chronosctl compose check`.
#pragma once

#include <chronos/export.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronos {

// In rising order, so that the worst of several is the greatest.
enum class compose_severity { info, warning, critical };
[[nodiscard]] CHRONOS_EXPORT std::string_view to_string(compose_severity severity) noexcept;

struct compose_finding {
    std::string id;  // "anonymous-volume"; docs/guard.md lists them
    compose_severity severity = compose_severity::info;
    std::string file;
    std::size_t line = 0;  // from 1; 0: nowhere in particular
    std::string service;   // empty: the project as a whole
    std::string what;
    std::string remedy;

    friend bool operator==(const compose_finding&, const compose_finding&) = default;
};

struct compose_file {
    std::string path;
    std::string text;
};

struct compose_options {
    // What ${NAME} stands for; a name that is not here is not set.
    std::map<std::string, std::string> variables;
    // Reads what `extends` and `include` name. Nothing: it cannot be read. Paths are relative to
    // the folder of the file that names them, and come here joined to it.
    std::function<std::optional<std::string>(const std::string& path)> read;
    // Of the project, unless a file names it: volumes are called after it.
    std::string project;
};

struct compose_report {
    std::vector<compose_finding> findings;  // worst first
    std::string corrected;                  // YAML to write instead; empty: nothing to correct
    std::vector<std::string> databases;     // services that run PostgreSQL

    // Nothing if there are no findings.
    [[nodiscard]] CHRONOS_EXPORT std::optional<compose_severity> worst() const;
};

// The lines NAME=VALUE of a file .env, as compose reads it.
[[nodiscard]] CHRONOS_EXPORT std::map<std::string, std::string> read_environment_file(
    std::string_view text);

// As compose names a project after its folder: lower case, nothing but letters, digits, _ and -.
[[nodiscard]] CHRONOS_EXPORT std::string compose_project_name(std::string_view folder);

// Several files are one project, each overriding those before it. Touches no file and no server
// itself. Throws error_code::usage, with the line, for what is no compose file.
[[nodiscard]] CHRONOS_EXPORT compose_report check_compose(const std::vector<compose_file>& files,
                                                          const compose_options& options = {});

}  // namespace chronos

// ${name} in scripts, and where goose allows it, variables of the environment.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "connection/session.hpp"
#include "migrations/migration.hpp"

namespace chronos::internal {

// What the text of a script stands for. A plain value; scripts are stored without it.
struct placeholders {
    std::map<std::string, std::string> values;
    // A name without a value: an error, as Flyway has it, or left as it stands.
    bool demands_all = false;
    // goose's ENVSUB; null where the directory is not goose's.
    std::function<std::optional<std::string>(const std::string& variable)> environment;

    [[nodiscard]] bool empty() const { return values.empty() && !demands_all && !environment; }
};

// For a directory of this layout; `on` is the database that the scripts are for.
[[nodiscard]] placeholders placeholders_for(std::string_view layout,
                                            const std::map<std::string, std::string>& values,
                                            bool fill_in, session& on);

// Line ends stay where they are, so an error still tells the right line. Throws usage with file and
// line: no value, or an expression that cannot be read.
[[nodiscard]] script filled_in(script what, const placeholders& with);

}  // namespace chronos::internal

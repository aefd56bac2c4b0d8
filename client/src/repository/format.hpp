// format.json: what makes a directory a repository, and which versions of chronos can read it.
#pragma once

#include <string>
#include <string_view>

#include "chronos/timestamp.hpp"
#include "repository/strict_json.hpp"

namespace chronos::internal {

inline constexpr const char* kFormatKey = "format.json";

struct repository_format {
    int major = 0;
    int min_reader = 0;
    std::string id;
    timestamp created_at;
};

[[nodiscard]] std::string to_json(const repository_format& from);
[[nodiscard]] repository_format read_format(std::string_view text);

// Reads {major, min_reader}. Throws error_code::wrong_component if this version cannot read it.
// Returns the major.
int check_format(const json_reader& in, const std::string& what);

}  // namespace chronos::internal

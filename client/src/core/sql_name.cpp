#include "core/sql_name.hpp"

namespace chronos::core {

namespace {

std::size_t end_of_part(std::string_view name, std::size_t at) {
    bool quoted = false;
    for (; at < name.size(); ++at) {
        if (name[at] == '"') quoted = !quoted;
        if (name[at] == '.' && !quoted) break;
    }
    return at;
}

}  // namespace

std::string fully_quoted(std::string_view name) {
    std::string result;
    for (std::size_t at = 0; at < name.size();) {
        const auto end = end_of_part(name, at);
        const std::string part(name.substr(at, end - at));
        result += (result.empty() ? "" : ".") + (part.starts_with('"') ? part : '"' + part + '"');
        at = end + 1;
    }
    return result;
}

}  // namespace chronos::core

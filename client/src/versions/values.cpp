#include "versions/values.hpp"

#include <nlohmann/json.hpp>

namespace chronos::internal {

std::vector<std::string> texts(const std::string& json) {
    const auto parsed = nlohmann::json::parse(json, nullptr, false);
    std::vector<std::string> result;
    if (!parsed.is_array()) return result;
    for (const auto& element : parsed) {
        if (element.is_string()) result.push_back(element.get<std::string>());
    }
    return result;
}

std::string json_of(const std::vector<std::string>& texts) {
    return nlohmann::json(texts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace chronos::internal

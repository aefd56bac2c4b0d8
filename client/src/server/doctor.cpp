#include "chronos/doctor.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "chronos/connection.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos {

namespace {

constexpr std::array<std::pair<severity, std::string_view>, 5> kNames{
    {{severity::ok, "ok"},
     {severity::info, "info"},
     {severity::unknown, "unknown"},
     {severity::warning, "warning"},
     {severity::critical, "critical"}}};

// What a newer extension may say is not known here.
severity read_severity(const std::string& name) {
    const auto found = std::find_if(kNames.begin(), kNames.end(),
                                    [&name](const auto& one) { return one.second == name; });
    return found == kNames.end() ? severity::unknown : found->first;
}

}  // namespace

std::string_view to_string(severity how_bad) noexcept {
    const auto found = std::find_if(kNames.begin(), kNames.end(),
                                    [how_bad](const auto& one) { return one.first == how_bad; });
    return found == kNames.end() ? "unknown" : found->second;
}

std::vector<finding> examine(connection& database) {
    std::vector<finding> result;
    for (const internal::row& one :
         internal::ask(database.internal_session(),
                       "SELECT d.id, d.area, d.severity::text, d.finding, d.evidence::text,"
                       " d.remedy FROM chronos.doctor() AS d")) {
        result.push_back({one.text(0), one.text(1), read_severity(one.text(2)), one.text(3),
                          one.text(4), one.text(5)});
    }
    return result;
}

severity worst(const std::vector<finding>& findings) noexcept {
    const auto found = std::max_element(
        findings.begin(), findings.end(),
        [](const finding& one, const finding& other) { return one.how_bad < other.how_bad; });
    return found == findings.end() ? severity::ok : found->how_bad;
}

void acknowledge(connection& database, const std::string& id, const std::string& reason,
                 std::optional<timestamp> until) {
    (void)internal::ask(database.internal_session(),
                        "SELECT chronos.acknowledge($1, $2, $3::timestamptz)",
                        {id, reason, until ? std::optional(to_string(*until)) : std::nullopt});
}

bool unacknowledge(connection& database, const std::string& id) {
    return internal::ask(database.internal_session(), "SELECT chronos.unacknowledge($1)", {id})
        .front()
        .flag(0);
}

}  // namespace chronos

#include <algorithm>

#include "chronos/compose.hpp"
#include "compose/correction.hpp"
#include "compose/database_service.hpp"
#include "compose/rules.hpp"

namespace chronos {

std::string_view to_string(compose_severity severity) noexcept {
    switch (severity) {
        case compose_severity::critical:
            return "critical";
        case compose_severity::warning:
            return "warning";
        case compose_severity::info:
            break;
    }
    return "info";
}

std::optional<compose_severity> compose_report::worst() const {
    std::optional<compose_severity> result;
    for (const compose_finding& one : findings)
        if (!result || one.severity > *result) result = one.severity;
    return result;
}

compose_report check_compose(const std::vector<compose_file>& files,
                             const compose_options& options) {
    namespace compose = internal::compose;
    const compose::project project = compose::load_project(files, options);
    const auto services = compose::database_services(project);
    compose_report report;
    for (const compose::database_service& one : services) {
        report.databases.push_back(one.name);
        compose::check_data(project, one, report.findings);
        compose::check_image(one, report.findings);
        compose::check_repository(project, one, report.findings);
    }
    compose::check_volumes(project, services, report.findings);
    compose::check_unread(project, report.findings);
    std::stable_sort(
        report.findings.begin(), report.findings.end(), [](const auto& a, const auto& b) {
            return a.severity != b.severity ? a.severity > b.severity : a.line < b.line;
        });
    report.corrected = compose::corrected_yaml(project, services);
    return report;
}

}  // namespace chronos

#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/drill.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos {

namespace {

std::optional<double> seconds(const internal::row& from, std::size_t column) {
    if (from.is_null(column)) return std::nullopt;
    return std::stod(from.text(column));
}

}  // namespace

void record_drill(connection& database, const drill_report& report) {
    const nlohmann::ordered_json document{{"snapshot", report.snapshot},
                                          {"repository", report.repository},
                                          {"database", report.database},
                                          {"started_at", to_string(report.started_at)},
                                          {"tables", report.tables},
                                          {"rows", report.rows},
                                          {"plain_bytes", report.plain_bytes},
                                          {"indexes", report.indexes},
                                          {"restore_seconds", report.restore_seconds},
                                          {"seconds", report.seconds},
                                          {"problems", report.problems}};
    (void)internal::ask(database.internal_session(), "SELECT chronos.record_drill($1::jsonb)",
                        {document.dump()});
}

std::vector<recovery_objective> recovery_objectives(connection& database) {
    std::vector<recovery_objective> result;
    for (const internal::row& one :
         internal::ask(database.internal_session(),
                       "SELECT o.objective, extract(epoch FROM o.target)::float8,"
                       " extract(epoch FROM o.present)::float8, o.met, o.evidence"
                       " FROM chronos.recovery_objectives() AS o")) {
        recovery_objective objective;
        objective.objective = one.text(0);
        objective.target_seconds = seconds(one, 1);
        objective.present_seconds = seconds(one, 2);
        if (!one.is_null(3)) objective.met = one.flag(3);
        objective.evidence = one.text(4);
        result.push_back(std::move(objective));
    }
    return result;
}

}  // namespace chronos

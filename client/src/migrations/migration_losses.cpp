#include "migrations/migration_losses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/sql_splitter.hpp"
#include "migrations/statement_kind.hpp"
#include "migrations/statement_run.hpp"
#include "versions/values.hpp"

namespace chronos::internal {

using json = nlohmann::json;

bool may_lose_rows(const script& what) {
    const auto statements = split_sql(what.text);
    return std::any_of(statements.begin(), statements.end(),
                       [](const auto& one) { return may_destroy(one.text); });
}

std::vector<migration_loss> losses_of(session& on, const script& what) {
    std::vector<std::string> excerpts;
    json asked = json::array();
    for (const auto& statement : split_sql(what.text)) {
        if (!may_destroy(statement.text)) continue;
        excerpts.push_back(excerpt_of(statement.text));
        asked.push_back(statement.text);
    }
    std::vector<migration_loss> result;
    if (excerpts.empty()) return result;
    const auto found = on.query(
        "SELECT s.nr, l.kind, l.identity, l.column_name, l.rows, l.bytes"
        " FROM pg_catalog.jsonb_array_elements_text($1::pg_catalog.jsonb) WITH ORDINALITY AS "
        "s(text, nr)"
        " CROSS JOIN LATERAL chronos.migration_losses(chronos.migration_targets(s.text)) AS l"
        " ORDER BY s.nr, l.identity, l.column_name",
        {asked.dump()});
    for (const row& one : found) {
        const std::string whole = one.text(1) + ' ' + one.text(2);
        result.push_back(
            {one.is_null(3) ? whole : fmt::format("column {} of {}", one.text(3), whole),
             excerpts.at(static_cast<std::size_t>(one.number(0)) - 1), number_or_none(one, 4),
             number_or_none(one, 5), ""});
    }
    return result;
}

bool has_rows(const migration_loss& loss) {
    return loss.rows ? *loss.rows > 0 : loss.bytes.value_or(0) > 0;
}

std::vector<migration_loss> add_losses(planned_migration& plan, std::vector<migration_loss> found) {
    const auto is_told = [&plan](const migration_loss& loss) {
        return std::any_of(plan.losses.begin(), plan.losses.end(), [&loss](const auto& told) {
            return told.object == loss.object && has_rows(told);
        });
    };
    std::vector<migration_loss> fresh;
    std::copy_if(found.begin(), found.end(), std::back_inserter(fresh),
                 [&](const auto& loss) { return has_rows(loss) && !is_told(loss); });
    // What a derived way back cannot bring back is known from the schemas alone.
    if (plan.derived) {
        plan.losses.insert(plan.losses.end(), fresh.begin(), fresh.end());
    } else {
        plan.losses = std::move(found);
    }
    return fresh;
}

}  // namespace chronos::internal

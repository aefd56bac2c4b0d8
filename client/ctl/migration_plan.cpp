#include "ctl/migration_plan.hpp"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "ctl/difference.hpp"
#include "ctl/json.hpp"
#include "ctl/migrate_options.hpp"
#include "ctl/output.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

std::string counts(const migration_loss& one) {
    std::string text;
    if (one.rows) text += ": " + counted(static_cast<std::uint64_t>(*one.rows), "row");
    if (one.bytes) {
        text += (text.empty() ? ": " : ", ") + human_bytes(static_cast<std::uint64_t>(*one.bytes));
    }
    return text;
}

json to_json(const migration_loss& one) {
    return {{"object", one.object},
            {"statement", one.statement},
            {"rows", one.rows ? json(*one.rows) : json()},
            {"bytes", one.bytes ? json(*one.bytes) : json()},
            {"note", text_or_null(one.note)}};
}

json to_json(const planned_migration& one) {
    json statements = json::array();
    for (const migration_statement& statement : one.statements) {
        statements.push_back({{"line", statement.line},
                              {"statement", statement.text},
                              {"lock", text_or_null(statement.lock)},
                              {"hazards", statement.hazards},
                              {"transactional", statement.transactional}});
    }
    json losses = json::array();
    for (const migration_loss& loss : one.losses) losses.push_back(to_json(loss));
    return {{"direction", one.up ? "up" : "down"},
            {"version", one.version},
            {"name", one.name},
            {"file", one.file},
            {"transactional", one.whole},
            {"derived", one.derived},
            {"script", one.script},
            {"statements", statements},
            {"losses", losses},
            {"schema", text_or_null(one.schema)}};
}

json to_json(const migration_trial& trial) {
    json migrations = json::array();
    for (const tried_migration& one : trial.migrations) {
        migrations.push_back({{"direction", one.up ? "up" : "down"},
                              {"version", one.version},
                              {"name", one.name},
                              {"schema", text_or_null(one.schema)},
                              {"seconds", one.seconds},
                              {"locks", one.locks},
                              {"rewritten", one.rewritten}});
    }
    json differences = json::array();
    for (const object_difference& one : trial.differences) differences.push_back(ctl::to_json(one));
    return {{"migrations", migrations}, {"differences", differences}};
}

void print_one(const planned_migration& one, const tried_migration* tried, output& out) {
    out.line(out.strong(printable(fmt::format(
        "-- {} {}{}  {}  ({}{})", one.up ? "up" : "down", in_schema(one.schema), one.version,
        one.name, one.file, one.whole ? ", one transaction" : ", statement by statement"))));
    for (const migration_statement& statement : one.statements) {
        if (!statement.lock.empty()) out.line("-- lock: " + statement.lock);
        if (!statement.hazards.empty())
            out.line(fmt::format("-- hazards: {}", fmt::join(statement.hazards, ", ")));
        out.text(printable_lines(statement.text) + ";\n");
    }
    for (const migration_loss& loss : one.losses) {
        out.line(printable(fmt::format("-- loses {}{}{}", loss.object, counts(loss),
                                       loss.note.empty() ? "" : ": " + loss.note)));
    }
    if (tried != nullptr) {
        for (const std::string& lock : tried->locks) out.line("-- holds " + printable(lock));
        for (const std::string& rewritten : tried->rewritten)
            out.line("-- rewrites " + printable(rewritten));
    }
    out.line("");
}

}  // namespace

std::string losses_text(const planned_migration& one) {
    std::string text;
    for (const migration_loss& loss : one.losses) {
        if (!text.empty()) text += '\n';
        text += fmt::format("  {}{}{}", loss.note.empty() || loss.rows ? "loses " : "",
                            printable(loss.object), counts(loss));
        if (!loss.note.empty()) text += fmt::format(": {}", printable(loss.note));
        if (!loss.rows && !loss.statement.empty())
            text += fmt::format(" ({})", printable(one_line(loss.statement)));
    }
    return text;
}

void print_plan(const std::vector<planned_migration>& plans,
                const std::optional<migration_trial>& trial, output& out) {
    if (out.json()) {
        json list = json::array();
        for (const planned_migration& one : plans) list.push_back(to_json(one));
        out.document({{"plan", list}, {"trial", trial ? to_json(*trial) : json()}});
        return;
    }
    if (plans.empty()) out.line("-- nothing to do");
    for (std::size_t i = 0; i < plans.size(); ++i)
        print_one(plans[i], trial ? &trial->migrations.at(i) : nullptr, out);
    if (!trial || plans.empty()) return;
    out.line(out.strong(trial->differences.empty() ? "-- The schema stays as it is."
                                                   : "-- What changes in the schema:"));
    for (const object_difference& one : trial->differences) out.text(unified(one, out));
}

}  // namespace chronos::ctl

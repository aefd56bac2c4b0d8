#include "chronos/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "chronos/connection.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos {

namespace {

// As schema_at() begins: names are spelled out, bodies are not checked before all is there.
constexpr std::string_view kSettings =
    "SET standard_conforming_strings = on;\nSET check_function_bodies = off;\n"
    "SET client_min_messages = warning;\n"
    "SELECT pg_catalog.set_config('search_path', '', false);\n";

// Nothing that a name holds can end the comment.
std::string comment(std::string_view text) {
    std::string result = "-- ";
    for (const char c : text) {
        if (c == '\n') {
            result += "\n-- ";
        } else if (c != '\r') {
            result += c;
        }
    }
    return result + '\n';
}

std::string stake(const plan_step& step) {
    std::string text;
    if (step.rows_at_stake) text += fmt::format("; rows at stake: {}", *step.rows_at_stake);
    if (step.bytes_at_stake) text += fmt::format("; bytes at stake: {}", *step.bytes_at_stake);
    return text;
}

std::string heading(const plan_step& step, std::size_t number) {
    std::string text = comment(fmt::format("step {}: {} {}", number, step.kind, step.identity));
    if (!step.hazards.empty() || !stake(step).empty()) {
        text += comment(fmt::format(
            "hazards: {}{}",
            step.hazards.empty() ? "none" : fmt::format("{}", fmt::join(step.hazards, ", ")),
            stake(step)));
    }
    if (!step.lock.empty()) text += comment("lock: " + step.lock);
    if (!step.note.empty()) text += comment("note: " + step.note);
    return text;
}

std::string ended(std::string statement) {
    while (!statement.empty() && (statement.back() == '\n' || statement.back() == ' '))
        statement.pop_back();
    if (!statement.ends_with(';')) statement += ';';
    return statement;
}

}  // namespace

std::vector<plan_step> plan(connection& database, std::string_view from, std::string_view to,
                            column_order order) {
    // An extension that is older has no such argument, and needs none to append.
    const std::string argument = order == column_order::restore ? ", column_order => true" : "";
    std::vector<plan_step> steps;
    for (const auto& one : internal::ask(
             database.internal_session(),
             std::string(
                 "SELECT p.statement, p.kind, p.identity, pg_catalog.to_json(p.hazards), p.lock,") +
                 " p.transactional, p.rows_at_stake, p.bytes_at_stake, p.note"
                 " FROM chronos.plan($1::text, $2::text" +
                 argument + ") AS p ORDER BY p.step",
             {std::string(from), std::string(to)})) {
        steps.push_back({ended(one.text(0)), one.text(1), one.text(2), internal::texts(one.text(3)),
                         one.text(4), one.flag(5), internal::number_or_none(one, 6),
                         internal::number_or_none(one, 7), one.text(8)});
    }
    return steps;
}

std::string script_of(const std::vector<plan_step>& steps) {
    if (steps.empty()) return {};
    std::string script(kSettings);
    bool open = false;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const plan_step& step = steps[i];
        if (open && !step.transactional) script += "\nCOMMIT;\n";
        if (!open && step.transactional) script += "\nBEGIN;\n";
        open = step.transactional;
        script += '\n' + heading(step, i + 1);
        if (!step.transactional) script += comment("cannot run in a transaction");
        script += step.statement + '\n';
    }
    return open ? script + "\nCOMMIT;\n" : script;
}

}  // namespace chronos

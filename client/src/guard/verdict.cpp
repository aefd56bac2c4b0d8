#include "guard/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "chronos/error.hpp"

namespace chronos {

namespace internal::guard {

namespace {

bool of_engine(deletion what) {
    switch (what) {
        case deletion::paths:
        case deletion::database:
        case deletion::kubernetes:
        case deletion::nothing:
        case deletion::not_understood:
            return false;
        default:
            return true;
    }
}

casualties casualties_of(const command& of, asker& questions) {
    if (of.what == deletion::paths) return path_casualties(of);
    if (of.what == deletion::kubernetes) return kubernetes_casualties(of, questions);
    const inventory engine = take_inventory(of.engine, questions);
    compose_project project;
    if (of.what == deletion::compose_down || of.what == deletion::compose_containers)
        project = find_project(of, engine, questions);
    return engine_casualties(of, engine, project);
}

void take_report_of_parts(guard_report& to, const command& of, asker& questions,
                          recovery& snapshots, timestamp now) {
    casualties deleted = casualties_of(of, questions);
    to.notes.insert(to.notes.end(), deleted.notes.begin(), deleted.notes.end());
    if (!deleted.not_understood.empty()) {
        to.why = deleted.not_understood;
        to.verdict = guard_verdict::not_understood;
        return;
    }
    add_losses(to, deleted, snapshots, now);
}

}  // namespace

guard_report judge(const guard_options& options, asker& questions, timestamp now) {
    guard_report report;
    const command of = understand(options.command);
    if (of.what == deletion::not_understood || of.what == deletion::nothing) {
        report.why = of.why;
        if (of.what == deletion::nothing) report.verdict = guard_verdict::passed;
        return report;
    }
    recovery snapshots(options, report.notes);
    report.verdict = guard_verdict::passed;
    try {
        if (of.what == deletion::database) {
            add_database(report, of, snapshots, now);
        } else {
            take_report_of_parts(report, of, questions, snapshots, now);
        }
    } catch (const error& problem) {
        report.verdict = guard_verdict::not_understood;
        report.why = problem.detail().empty()
                         ? std::string(problem.what())
                         : fmt::format("{}: {}", problem.what(), problem.detail());
        if (of_engine(of.what) && !problem.hint().empty()) report.notes.push_back(problem.hint());
        return report;
    }
    const bool lost = std::any_of(report.losses.begin(), report.losses.end(),
                                  [](const guard_loss& one) { return !one.recoverable(); });
    if (lost && report.verdict == guard_verdict::passed) report.verdict = guard_verdict::refused;
    return report;
}

}  // namespace internal::guard

std::string_view to_string(guard_verdict verdict) noexcept {
    switch (verdict) {
        case guard_verdict::passed:
            return "passed";
        case guard_verdict::refused:
            return "refused";
        case guard_verdict::not_understood:
            break;
    }
    return "not understood";
}

guard_report judge_command(const guard_options& options) {
    internal::guard::program_asker questions;
    return internal::guard::judge(
        options, questions,
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

}  // namespace chronos

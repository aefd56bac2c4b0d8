#include "ctl/restore_engine.hpp"

#include <optional>

#include "ctl/engine_event.hpp"
#include "ctl/interruption.hpp"
#include "ctl/output.hpp"

namespace chronos::ctl {

namespace {

bool is_of_repository(error_code code) {
    return code == error_code::not_found || code == error_code::repository ||
           code == error_code::damaged;
}

// What was begun has been rolled back, so that the next repository finds all as it was. A snapshot
// is passed over if no repository has it, not if one cannot be read that may have it. The first
// one's reason says more than the last one's: it is the one that was wanted.
restore_result restore_from_first(restore_options& options, const restore_errand& errand,
                                  output& out) {
    std::optional<error> reason;
    for (const auto& snapshot : errand.snapshots) {
        options.snapshot = snapshot;
        std::optional<error> worst;
        for (const auto& repository : errand.repositories) {
            options.repository = repository;
            try {
                return restore_snapshot(options);
            } catch (const error& failure) {
                if (!is_of_repository(failure.code())) throw;
                if (!worst || worst->code() != error_code::repository) worst = failure;
                out.warning(repository + ": " + failure.what());
            }
        }
        if (!reason) reason = worst;
        if (worst->code() == error_code::repository) break;
    }
    throw *reason;
}

nlohmann::ordered_json event_of(const progress& now) {
    return {{"event", "progress"},
            {"phase", to_string(now.phase)},
            {"tables_done", now.tables_done},
            {"tables_total", now.tables_total},
            {"bytes_done", now.bytes_done},
            {"bytes_total", now.bytes_total},
            {"rows", now.rows}};
}

nlohmann::ordered_json event_of(const std::string& id, const restore_result& result) {
    return {{"event", "complete"},         {"run", id},
            {"snapshot", result.snapshot}, {"tables", result.tables},
            {"rows", result.rows},         {"plain_bytes", result.plain_bytes},
            {"seconds", result.seconds},   {"warnings", result.warnings}};
}

}  // namespace

exit_status run_restore_engine(restore_options options, const restore_errand& errand, output& out) {
    try {
        demand_version(errand.expected_version);
        const interruption interrupted;
        options.stop = interrupted.token();
        options.jobs = 1;
        options.progress = [&out](const progress& now) { print_event(event_of(now), out); };
        options.warning = [&out](const std::string& text) { out.warning(text); };
        const restore_result result = restore_from_first(options, errand, out);
        print_event(event_of(errand.id, result), out);
        return exit_status::success;
    } catch (const error& failure) {
        print_error(failure, out);
        return status_of(failure.code());
    }
}

}  // namespace chronos::ctl

#include "ctl/engine.hpp"

#include "chronos/engine.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "chronos/components.hpp"
#include "chronos/error.hpp"
#include "ctl/interruption.hpp"
#include "ctl/output.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/retention_argument.hpp"

namespace chronos::ctl {

namespace {

// The worker that reads us is gone: nobody would record the end of this snapshot.
void print_line(const std::string& line, output& out) {
    out.line(line);
    if (out.reader_gone()) throw error(error_code::cancelled, "nobody reads the engine's reports");
    out.finish();
}

void print_error(const error& failure, output& out) {
    const nlohmann::ordered_json event{{"event", "error"},
                                       {"code", to_string(failure.code())},
                                       {"message", failure.what()},
                                       {"detail", failure.detail()},
                                       {"hint", failure.hint()}};
    out.line(event.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void demand_version(const std::string& expected) {
    if (expected.empty() || expected == library_version()) return;
    throw error(
        error_code::wrong_component,
        fmt::format("chronosctl is of version {}, the server's extension of version {}",
                    library_version(), expected),
        {},
        "Install chronosctl and the extension of one version on the server's machine, or set "
        "chronos.engine_path to the chronosctl that belongs to it.");
}

}  // namespace

exit_status run_engine(snapshot_options options, const std::string& expected_version,
                       const std::string& retention, output& out) {
    std::vector<kept_in> kept;
    try {
        demand_version(expected_version);
        for (const std::string& url : options.repositories) prepare_repository(url);
    } catch (const error& failure) {
        print_error(failure, out);
        return status_of(failure.code());
    }
    const std::string id = options.id;
    try {
        if (!retention.empty()) kept = read_retention(retention);
    } catch (const error& failure) {
        out.warning(failure.what(), failure.hint());
    }
    const interruption interrupted;
    options.stop = interrupted.token();
    options.warning = [&out](const std::string& text) { out.warning(text); };
    const auto status = static_cast<exit_status>(run_snapshot_engine(
        std::move(options), [&out](const std::string& line) { print_line(line, out); }));
    if (status == exit_status::success) keep_only(kept, id, out);
    return status;
}

}  // namespace chronos::ctl

#include "ctl/engine.hpp"

#include "chronos/engine.hpp"

#include "chronos/error.hpp"
#include "ctl/engine_event.hpp"
#include "ctl/interruption.hpp"
#include "ctl/output.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/retention_argument.hpp"

namespace chronos::ctl {

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

#include "ctl/engine_event.hpp"

#include <fmt/format.h>

#include "chronos/components.hpp"
#include "ctl/output.hpp"

namespace chronos::ctl {

namespace {

std::string line_of(const nlohmann::ordered_json& event) {
    return event.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

void print_line(const std::string& line, output& out) {
    out.line(line);
    if (out.reader_gone()) throw error(error_code::cancelled, "nobody reads the engine's reports");
    out.finish();
}

void print_event(const nlohmann::ordered_json& event, output& out) {
    print_line(line_of(event), out);
}

void print_error(const error& failure, output& out) {
    out.line(line_of({{"event", "error"},
                      {"code", to_string(failure.code())},
                      {"message", failure.what()},
                      {"detail", failure.detail()},
                      {"hint", failure.hint()}}));
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

}  // namespace chronos::ctl

#include <nlohmann/json.hpp>

#include "chronos/engine.hpp"
#include "chronos/error.hpp"

namespace chronos {
namespace {

using nlohmann::ordered_json;

constexpr int kExitFailed = 1;
constexpr int kExitCancelled = 130;

std::string line(const ordered_json& event) {
    return event.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string progress_line(const progress& now) {
    return line({{"event", "progress"},
                 {"phase", to_string(now.phase)},
                 {"tables_done", now.tables_done},
                 {"tables_total", now.tables_total},
                 {"bytes_done", now.bytes_done},
                 {"bytes_total", now.bytes_total},
                 {"rows", now.rows}});
}

ordered_json text_or_null(const std::string& text) {
    return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

std::string complete_line(const snapshot_result& result) {
    ordered_json event = {{"event", "complete"}, {"snapshot", result.id}};
    event["version"] = result.version ? ordered_json(*result.version) : ordered_json(nullptr);
    event["timeline"] = text_or_null(result.timeline);
    event["fingerprint"] = text_or_null(result.fingerprint);
    event["tables"] = result.tables;
    event["rows"] = result.rows;
    event["plain_bytes"] = result.plain_bytes;
    event["stored_bytes"] = result.stored_bytes;
    event["pieces"] = result.pieces;
    event["base"] = text_or_null(result.base);
    event["full_reason"] = text_or_null(result.full_reason);
    event["reused_pieces"] = result.reused_pieces;
    event["reused_bytes"] = result.reused_bytes;
    event["seconds"] = result.seconds;
    event["repositories"] = result.repositories;
    event["warnings"] = result.warnings;
    return line(event);
}

std::string error_line(const error& failure) {
    return line({{"event", "error"},
                 {"code", to_string(failure.code())},
                 {"message", failure.what()},
                 {"detail", failure.detail()},
                 {"hint", failure.hint()}});
}

}  // namespace

int run_snapshot_engine(snapshot_options options,
                        const std::function<void(const std::string&)>& print) {
    options.progress = [&](const progress& now) { print(progress_line(now)); };
    try {
        const auto result = take_snapshot({}, options);
        options.progress = nullptr;
        print(complete_line(result));
        return 0;
    } catch (const error& failure) {
        print(error_line(failure));
        return failure.code() == error_code::cancelled ? kExitCancelled : kExitFailed;
    } catch (const std::exception& failure) {
        print(error_line(error(error_code::internal, failure.what())));
        return kExitFailed;
    }
}

}  // namespace chronos

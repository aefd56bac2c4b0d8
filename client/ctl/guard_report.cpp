#include "ctl/guard_report.hpp"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "ctl/found_cluster.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

json document_of(const guard_cover& cover) {
    return {{"oid", cover.oid},
            {"database", text_or_null(cover.database)},
            {"snapshot", text_or_null(cover.snapshot)},
            {"repository", text_or_null(cover.repository)},
            {"created_at", cover.snapshot.empty() ? json() : json(to_string(cover.created_at))},
            {"fresh", cover.fresh}};
}

json document_of(const guard_loss& loss) {
    json covers = json::array();
    for (const guard_cover& one : loss.covers) covers.push_back(document_of(one));
    return {{"kind", loss.kind},
            {"name", loss.name},
            {"path", text_or_null(loss.path)},
            {"containers", loss.containers},
            {"cluster", loss.cluster_known ? to_json(loss.cluster) : json()},
            {"snapshots", std::move(covers)},
            {"recoverable", loss.recoverable()},
            {"reasons", loss.reasons}};
}

std::string title(const guard_loss& loss) {
    std::string text = fmt::format("{} {}", loss.kind, loss.name);
    if (!loss.cluster_known) return text;
    text += ": " + summary_of(loss.cluster);
    return text;
}

}  // namespace

json document_of(const guard_report& report, const std::vector<std::string>& command,
                 std::string_view action) {
    json losses = json::array();
    for (const guard_loss& one : report.losses) losses.push_back(document_of(one));
    return {{"command", command},
            {"verdict", to_string(report.verdict)},
            {"why", text_or_null(report.why)},
            {"action", action},
            {"losses", losses},
            {"deleted", report.deleted},
            {"notes", report.notes}};
}

std::string lines_of(const guard_loss& loss) {
    std::string text = title(loss) + "\n";
    if (!loss.containers.empty())
        text += fmt::format("    used by: {}\n", fmt::join(loss.containers, ", "));
    if (!loss.path.empty() && loss.path != loss.name)
        text += fmt::format("    lies in {}\n", loss.path);
    for (const guard_cover& one : loss.covers) {
        if (one.snapshot.empty()) continue;
        text += fmt::format("    database {}: snapshot {} of {} in {}\n", one.database,
                            one.snapshot, local_time(one.created_at), one.repository);
    }
    for (const std::string& one : loss.reasons) text += fmt::format("    {}\n", one);
    if (loss.recoverable()) text += "    can be had back\n";
    return text;
}

std::string detail_of(const guard_report& report) {
    std::string text;
    for (const guard_loss& one : report.losses)
        if (!one.recoverable()) text += lines_of(one);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

}  // namespace chronos::ctl

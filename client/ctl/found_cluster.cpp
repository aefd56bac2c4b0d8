#include "ctl/found_cluster.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ctl/json.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

json to_json(const found_cluster& cluster) {
    json databases = json::array();
    for (const found_database& one : cluster.databases)
        databases.push_back({{"oid", one.oid}, {"relations", one.relations}, {"bytes", one.bytes}});
    return {{"path", text_or_null(cluster.path)},
            {"place", text_or_null(cluster.place)},
            {"orphaned", cluster.orphaned},
            {"major", text_or_null(cluster.major)},
            {"system_identifier", text_or_null(cluster.system_identifier)},
            {"state", text_or_null(cluster.state)},
            {"last_checkpoint",
             cluster.last_checkpoint ? json(chronos::to_string(*cluster.last_checkpoint)) : json()},
            {"bytes", cluster.bytes},
            {"running", chronos::to_string(cluster.running)},
            {"running_because", text_or_null(cluster.running_because)},
            {"databases", std::move(databases)},
            {"links", cluster.links},
            {"problem", text_or_null(cluster.problem)}};
}

std::string summary_of(const found_cluster& cluster) {
    std::string text = fmt::format("PostgreSQL {}, {}, {}", printable(cluster.major),
                                   human_bytes(cluster.bytes), chronos::to_string(cluster.running));
    if (cluster.running == liveness::unknown) text += " whether it runs";
    if (cluster.last_checkpoint)
        text += ", last checkpoint " + local_time(*cluster.last_checkpoint);
    if (!cluster.system_identifier.empty()) text += ", cluster " + cluster.system_identifier;
    return text;
}

}  // namespace chronos::ctl

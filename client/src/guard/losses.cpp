#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "guard/verdict.hpp"

namespace chronos::internal::guard {

namespace {

std::string described(const casualty& one) { return fmt::format("{} {}", one.kind, one.name); }

guard_loss loss_of(const casualty& from) {
    guard_loss loss;
    loss.kind = from.kind;
    loss.name = from.name;
    loss.path = from.path;
    loss.containers = from.containers;
    return loss;
}

// Tablespaces of a cluster that is deleted too belong to it: its catalog version, and it has some.
bool takes_in(guard_loss& loss, const found_part& part) {
    found_cluster& cluster = loss.cluster;
    const bool has = std::any_of(cluster.links.begin(), cluster.links.end(),
                                 [](const auto& one) { return one.starts_with("pg_tblspc/"); });
    if (!loss.cluster_known || !has || cluster.catalog_version != part.catalog_version)
        return false;
    for (const found_database& one : part.databases) {
        const auto known = std::find_if(cluster.databases.begin(), cluster.databases.end(),
                                        [&one](const auto& each) { return each.oid == one.oid; });
        if (known == cluster.databases.end()) {
            cluster.databases.push_back(one);
        } else {
            known->relations = known->relations || one.relations;
            known->bytes += one.bytes;
        }
        cluster.bytes += one.bytes;
    }
    return true;
}

class looker {
  public:
    looker(guard_report& to, recovery& snapshots) : to_(to), snapshots_(snapshots) {}

    void look(const casualty& one) {
        if (one.path.empty()) return unknown(one, one.unreadable);
        std::error_code failure;
        const bool there = std::filesystem::exists(one.path, failure);
        if (failure || !there) {
            return unknown(one,
                           failure ? failure.message() : fmt::format("{} is not there", one.path));
        }
        cluster_scan scan = find_clusters(one.path);
        if (scan.clusters.empty() && scan.parts.empty() && !scan.unreadable.empty())
            return unknown(one, scan.unreadable.front());
        for (found_cluster& each : scan.clusters) take(one, std::move(each));
        for (const found_part& part : scan.parts) parts_.emplace_back(one, part);
        if (!scan.unreadable.empty()) {
            const bool told = std::any_of(scan.clusters.begin(), scan.clusters.end(),
                                          [](const auto& each) { return !each.problem.empty(); });
            if (!told) unknown(one, scan.unreadable.front());
        } else if (scan.clusters.empty() && scan.parts.empty()) {
            to_.deleted.push_back(described(one));
        }
    }

    void settle(timestamp now) {
        for (const auto& [one, part] : parts_) settle_part(one, part);
        for (guard_loss& loss : to_.losses)
            if (loss.cluster_known) snapshots_.judge(loss, loss.path, now);
    }

  private:
    void unknown(const casualty& one, const std::string& why) {
        if (!one.likely) {
            to_.deleted.push_back(described(one));
            to_.notes.push_back(
                fmt::format("{} could not be looked into ({}); neither its image nor its "
                            "environment speaks of a data directory there",
                            described(one), why));
            return;
        }
        guard_loss loss = loss_of(one);
        loss.reasons.push_back(fmt::format("whether a cluster lies in it is unknown: {}", why));
        to_.losses.push_back(std::move(loss));
    }

    void take(const casualty& one, found_cluster cluster) {
        // The same folder can be named twice.
        for (const guard_loss& known : to_.losses)
            if (known.cluster_known && known.cluster.path == cluster.path) return;
        guard_loss loss = loss_of(one);
        if (one.kind == "directory") loss.name = cluster.path;
        if (one.running && cluster.running != liveness::running) {
            cluster.running = liveness::running;
            cluster.running_because = fmt::format("container {} runs", one.containers.front());
        }
        cluster.place = described(one);
        loss.path = cluster.path;
        loss.cluster_known = true;
        loss.cluster = std::move(cluster);
        to_.losses.push_back(std::move(loss));
    }

    void settle_part(const casualty& one, const found_part& part) {
        guard_loss loss = loss_of(one);
        loss.path = part.path;
        if (part.what == found_part::kind::repository) {
            loss.name = one.kind == "directory" ? part.path : one.name;
            loss.reasons.push_back(fmt::format(
                "{} is a repository of snapshots, and perhaps all there is", part.path));
        } else if (part.what == found_part::kind::tablespace) {
            if (std::any_of(to_.losses.begin(), to_.losses.end(),
                            [&part](guard_loss& each) { return takes_in(each, part); }))
                return;
            loss.reasons.push_back(fmt::format(
                "{} is a tablespace; of which cluster cannot be told from its files", part.path));
        } else {
            const bool known =
                std::any_of(to_.losses.begin(), to_.losses.end(), [&part](const auto& each) {
                    return each.cluster.system_identifier == part.system_identifier;
                });
            if (known) return;
            loss.reasons.push_back(fmt::format("{} is the write-ahead log of the cluster {}",
                                               part.path, part.system_identifier));
        }
        to_.losses.push_back(std::move(loss));
    }

    guard_report& to_;
    recovery& snapshots_;
    std::vector<std::pair<casualty, found_part>> parts_;
};

}  // namespace

void add_losses(guard_report& to, const casualties& from, recovery& snapshots, timestamp now) {
    std::vector<std::string> places;
    for (const casualty& one : from.all) places.push_back(one.path);
    snapshots.rule_out(places);
    looker look(to, snapshots);
    for (const casualty& one : from.all) look.look(one);
    look.settle(now);
}

}  // namespace chronos::internal::guard

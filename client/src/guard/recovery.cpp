#include "guard/recovery.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "chronos/error.hpp"
#include "chronos/verify.hpp"
#include "core/repository_url.hpp"
#include "repository/reading_session.hpp"

namespace chronos::internal::guard {

namespace {

namespace fs = std::filesystem;

std::string message_of(const error& problem) {
    return problem.detail().empty() ? problem.what()
                                    : fmt::format("{}: {}", problem.what(), problem.detail());
}

std::string age_of(std::chrono::seconds age) {
    constexpr std::chrono::seconds::rep kHour = 60;
    constexpr std::chrono::seconds::rep kDay = 24 * kHour;
    const auto minutes = age.count() / 60;
    if (minutes < 2 * kHour) return fmt::format("{} min", minutes);
    return minutes < 2 * kDay ? fmt::format("{} h", minutes / kHour)
                              : fmt::format("{} days", minutes / kDay);
}

std::string name_of(const found_database& one, const std::string& name) {
    if (one.oid == 0) return "any database of this cluster";
    return name.empty() ? fmt::format("the database with oid {}", one.oid)
                        : fmt::format("database \"{}\"", name);
}

}  // namespace

bool lies_within(const std::string& path, const std::string& place) {
    struct stat wanted {};
    if (stat(place.c_str(), &wanted) != 0) return false;
    std::error_code failure;
    fs::path at = fs::weakly_canonical(path, failure);
    if (failure) at = fs::path(path).lexically_normal();
    while (true) {
        struct stat status {};
        if (stat(at.c_str(), &status) == 0 && status.st_dev == wanted.st_dev &&
            status.st_ino == wanted.st_ino)
            return true;
        if (at == at.root_path() || at.empty()) return false;
        at = at.parent_path();
    }
}

recovery::recovery(const guard_options& options, std::vector<std::string>& notes)
    : options_(options) {
    for (const std::string& url : options.repositories) {
        const std::string path = parse_repository_url(url).path;
        try {
            known_repository one{repository::open(url), path, {}};
            one.snapshots = one.handle.snapshots();
            std::reverse(one.snapshots.begin(), one.snapshots.end());
            repositories_.push_back(std::move(one));
        } catch (const error& problem) {
            notes.push_back(fmt::format("repository {}: {}", url, message_of(problem)));
        }
    }
}

void recovery::rule_out(const std::vector<std::string>& places) {
    for (known_repository& one : repositories_) {
        for (const std::string& place : places) {
            if (place.empty() || !lies_within(one.path, place)) continue;
            one.counts = false;
            doomed_.push_back(one.handle.url());
            break;
        }
    }
}

bool recovery::usable(const known_repository& one, const std::string& path,
                      std::vector<std::string>& reasons) const {
    if (!one.counts) {
        reasons.push_back(fmt::format("repository {} is deleted as well", one.handle.url()));
        return false;
    }
    struct stat data {};
    struct stat place {};
    if (options_.same_device || path.empty() || stat(path.c_str(), &data) != 0 ||
        stat(one.path.c_str(), &place) != 0 || data.st_dev != place.st_dev)
        return true;
    reasons.push_back(
        fmt::format("repository {} lies on the same device as the data", one.handle.url()));
    return false;
}

std::uint32_t recovery::database_oid(const known_repository& in, const std::string& id) {
    const auto known = oids_.find(id);
    if (known != oids_.end()) return known->second;
    const std::uint32_t oid = load_manifest(*in.handle.storage(), id).database.oid;
    oids_[id] = oid;
    return oid;
}

bool recovery::verified(const known_repository& in, const std::string& id) {
    const std::string key = in.handle.id() + " " + id;
    const auto known = verified_.find(key);
    if (known != verified_.end()) return known->second;
    verify_options how;
    how.data = options_.read_objects;
    const bool intact = verify_snapshot(in.handle, snapshot_selector::named(id), how).intact();
    verified_[key] = intact;
    return intact;
}

guard_cover recovery::cover(const found_cluster& cluster, const found_database& database,
                            const std::vector<const known_repository*>& among,
                            std::string& trouble) {
    guard_cover best;
    best.oid = database.oid;
    for (const known_repository* in : among) {
        // Without an oid any database of the cluster will do.
        for (const snapshot_summary& one : in->snapshots) {
            if (one.system_identifier != cluster.system_identifier || !one.damage.empty()) continue;
            if (!best.snapshot.empty() && one.created_at <= best.created_at) break;
            try {
                const std::uint32_t oid = database_oid(*in, one.id);
                if (database.oid != 0 && oid != database.oid) continue;
                best.oid = oid;
                best.database = one.database;
                if (!verified(*in, one.id)) {
                    trouble = fmt::format("snapshot {} is damaged", one.id);
                    continue;
                }
            } catch (const error& problem) {
                trouble = fmt::format("snapshot {}: {}", one.id, message_of(problem));
                continue;
            }
            best.snapshot = one.id;
            best.repository = in->handle.url();
            best.created_at = one.created_at;
            break;
        }
    }
    return best;
}

void recovery::judge(guard_loss& loss, const std::string& path, timestamp now) {
    if (loss.cluster.system_identifier.empty()) {
        loss.reasons.push_back("which cluster it is cannot be told: " + loss.cluster.problem);
        return;
    }
    if (!loss.cluster.problem.empty()) loss.reasons.push_back(loss.cluster.problem);
    std::vector<std::string> ruled_out;
    std::vector<const known_repository*> among;
    for (const known_repository& one : repositories_)
        if (usable(one, path, ruled_out)) among.push_back(&one);
    if (options_.repositories.empty()) ruled_out.emplace_back("no repository is named");
    bool missing = false;
    std::vector<found_database> needed = loss.cluster.needed();
    // Empty but for what initdb makes; roles and settings are somebody's work all the same.
    if (needed.empty()) needed.emplace_back();
    for (const found_database& database : needed) {
        std::string trouble;
        guard_cover found = cover(loss.cluster, database, among, trouble);
        const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - found.created_at);
        const std::string name = name_of(database, found.database);
        if (found.snapshot.empty()) {
            missing = true;
            loss.reasons.push_back(fmt::format("no verified snapshot of {}{}", name,
                                               trouble.empty() ? "" : ": " + trouble));
        } else if (age > options_.max_age) {
            loss.reasons.push_back(
                fmt::format("the newest verified snapshot of {} is {} old", name, age_of(age)));
        } else {
            found.fresh = true;
        }
        loss.covers.push_back(std::move(found));
    }
    if (!missing) return;
    loss.reasons.insert(loss.reasons.end(), ruled_out.begin(), ruled_out.end());
    const bool nameless = std::any_of(among.begin(), among.end(), [](const known_repository* one) {
        return std::any_of(one->snapshots.begin(), one->snapshots.end(),
                           [](const auto& each) { return each.system_identifier.empty(); });
    });
    if (nameless)
        loss.reasons.emplace_back(
            "some snapshots do not say of which cluster they are, because the role that took them "
            "may not call pg_control_system()");
}

}  // namespace chronos::internal::guard

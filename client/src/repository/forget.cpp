// Forgetting what a policy does not keep.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "chronos/error.hpp"
#include "chronos/retention.hpp"
#include "chronos/verify.hpp"
#include "repository/forgotten.hpp"
#include "repository/reading_session.hpp"

namespace chronos {

namespace {

// So many before the newest are what it is compared with.
constexpr std::size_t kCompared = 5;
// A database that is smaller than that may well lose half of it.
constexpr std::uint64_t kSmall = 1'000'000;

using by_database = std::map<std::string, std::vector<const retention_verdict*>>;

// Oldest first; databases of which something would be forgotten.
by_database affected(const std::vector<retention_verdict>& verdicts) {
    by_database result;
    std::set<std::string> names;
    for (const auto& one : verdicts) {
        if (!one.snapshot.damage.empty()) continue;
        result[one.snapshot.database].push_back(&one);
        if (!one.kept()) names.insert(one.snapshot.database);
    }
    std::erase_if(result, [&names](const auto& one) { return !names.contains(one.first); });
    return result;
}

std::uint64_t median(std::vector<std::uint64_t> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// Who loses data and goes on taking snapshots must not lose the old ones as well.
std::string shrink_alarm(const std::vector<const retention_verdict*>& all) {
    if (all.size() < 2) return {};
    const snapshot_summary& newest = all.back()->snapshot;
    std::vector<std::uint64_t> tables;
    std::vector<std::uint64_t> bytes;
    for (std::size_t i = all.size() - 1; i > 0 && tables.size() < kCompared; --i) {
        tables.push_back(all[i - 1]->snapshot.tables);
        bytes.push_back(all[i - 1]->snapshot.plain_bytes);
    }
    const std::uint64_t usual_tables = median(tables);
    const std::uint64_t usual_bytes = median(bytes);
    if (newest.tables * 2 < usual_tables)
        return fmt::format("database \"{}\" has {} tables in snapshot {}, and had {} before",
                           newest.database, newest.tables, newest.id, usual_tables);
    if (usual_bytes >= kSmall && newest.plain_bytes < usual_bytes / 2)
        return fmt::format("database \"{}\" has {} bytes of rows in snapshot {}, and had {} before",
                           newest.database, newest.plain_bytes, newest.id, usual_bytes);
    return {};
}

const snapshot_summary& newest_kept(const std::vector<const retention_verdict*>& all) {
    const auto found =
        std::find_if(all.rbegin(), all.rend(), [](const auto* one) { return one->kept(); });
    return (*found)->snapshot;
}

[[noreturn]] void refuse(const std::vector<std::string>& alarms, const std::string& hint) {
    throw error(error_code::refused, "nothing was forgotten",
                fmt::format("{}.", fmt::join(alarms, ".\n")), hint);
}

std::vector<snapshot_summary> listed(const repository& in, const std::string& database) {
    auto all = in.snapshots();
    if (!database.empty()) {
        std::erase_if(all, [&database](const auto& one) {
            return one.damage.empty() && one.database != database;
        });
    }
    return all;
}

// Ids of those that are kept in any case, and whole.
std::set<std::string> proved(const repository& in, const by_database& of) {
    std::set<std::string> result;
    std::vector<std::string> broken;
    for (const auto& [database, all] : of) {
        const snapshot_summary& kept = newest_kept(all);
        if (verify_snapshot(in, snapshot_selector::named(kept.id)).intact()) {
            result.insert(kept.id);
        } else {
            broken.push_back(
                fmt::format("snapshot {} of database \"{}\", the newest to be kept, is not whole",
                            kept.id, database));
        }
    }
    if (!broken.empty())
        refuse(broken, "See what `chronosctl verify` says, and take a new snapshot first.");
    return result;
}

std::shared_ptr<internal::storage> writable(const repository& in) {
    return internal::open_storage(in.url(), internal::access_mode::write);
}

timestamp now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

forget_report forget_snapshots(const repository& in, const retention_policy& policy,
                               const forget_options& options) {
    if (policy.empty()) {
        throw error(error_code::usage, "no rule says what to keep", {},
                    "Say, for example, how many daily ones are kept.");
    }
    forget_report report{judge_retention(policy, listed(in, options.database)), {}};
    const by_database databases = affected(report.verdicts);
    for (const auto& [database, all] : databases) {
        const std::string alarm = shrink_alarm(all);
        if (!alarm.empty()) report.alarms.push_back(alarm);
    }
    if (options.dry_run || databases.empty()) return report;
    if (!report.alarms.empty() && !options.accept_shrink)
        refuse(report.alarms, "If nothing is lost, say that the new size is right.");
    const auto whole = proved(in, databases);
    const auto storage = writable(in);
    const auto alone = internal::lock_exclusive(*storage);
    for (const retention_verdict& one : report.verdicts) {
        if (!one.kept()) continue;
        if (whole.contains(one.snapshot.id) &&
            !storage->size(internal::manifest_key(one.snapshot.id)))
            throw error(error_code::busy, "somebody else forgets snapshots of this repository", {},
                        "Try again.");
    }
    for (const retention_verdict& one : report.verdicts) {
        if (!one.kept()) internal::forget(*storage, one.snapshot.id, now());
    }
    return report;
}

std::vector<forgotten_snapshot> forgotten_snapshots(const repository& in) {
    std::vector<forgotten_snapshot> result;
    for (const auto& one : internal::forgotten_manifests(*in.storage())) result.push_back(one.what);
    return result;
}

void remember_snapshot(const repository& in, const std::string& id) {
    const auto storage = writable(in);
    const auto alone = internal::lock_exclusive(*storage);
    internal::remember(*storage, id);
}

}  // namespace chronos

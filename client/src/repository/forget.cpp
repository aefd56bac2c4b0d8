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

// What is smaller than that may well be lost.
constexpr std::uint64_t kFewBytes = 1'000'000;
constexpr std::uint64_t kFewRows = 1000;

// By server and name.
using by_database =
    std::map<std::pair<std::string, std::string>, std::vector<const retention_verdict*>>;

bool is_judged(const retention_verdict& one) {
    return one.reasons != std::vector<std::string>{"damaged"} &&
           one.reasons != std::vector<std::string>{"dated in the future"};
}

// Oldest first; databases of which something would be forgotten.
by_database affected(const std::vector<retention_verdict>& verdicts) {
    by_database result;
    for (const auto& one : verdicts) {
        if (is_judged(one))
            result[{one.snapshot.system_identifier, one.snapshot.database}].push_back(&one);
    }
    std::erase_if(result, [](const auto& one) {
        return std::all_of(one.second.begin(), one.second.end(),
                           [](const auto* each) { return each->kept(); });
    });
    return result;
}

// Who loses data and goes on taking snapshots must not lose the last that have them as well.
std::string shrink_alarm(const std::vector<const retention_verdict*>& all) {
    snapshot_summary kept;
    for (const auto* one : all) {
        if (!one->kept()) continue;
        kept.tables = std::max(kept.tables, one->snapshot.tables);
        kept.rows = std::max(kept.rows, one->snapshot.rows);
        kept.plain_bytes = std::max(kept.plain_bytes, one->snapshot.plain_bytes);
    }
    for (const auto* one : all) {
        const snapshot_summary& gone = one->snapshot;
        const bool shrunk =
            gone.tables / 2 > kept.tables || (gone.rows > kFewRows && gone.rows / 2 > kept.rows) ||
            (gone.plain_bytes > kFewBytes && gone.plain_bytes / 2 > kept.plain_bytes);
        if (one->kept() || !shrunk) continue;
        return fmt::format(
            "database \"{}\" has {} tables, {} rows and {} bytes in snapshot {}, and at most {}, "
            "{} "
            "and {} in those that would be kept",
            gone.database, gone.tables, gone.rows, gone.plain_bytes, gone.id, kept.tables,
            kept.rows, kept.plain_bytes);
    }
    return {};
}

const snapshot_summary& newest_of(const std::vector<const retention_verdict*>& all) {
    return all.back()->snapshot;
}

[[noreturn]] void refuse(const std::vector<std::string>& alarms, const std::string& hint) {
    throw error(error_code::refused, "nothing was forgotten",
                fmt::format("{}.", fmt::join(alarms, ".\n")), hint);
}

std::vector<snapshot_summary> listed(const repository& in, const forget_options& options) {
    auto all = in.snapshots();
    std::erase_if(all, [&options](const snapshot_summary& one) {
        return one.damage.empty() &&
               ((!options.database.empty() && one.database != options.database) ||
                (options.system_identifier && one.system_identifier != *options.system_identifier));
    });
    return all;
}

// What cannot be read may be the newest of any database.
std::vector<std::string> unreadable(const std::vector<retention_verdict>& verdicts,
                                    const by_database& of) {
    std::vector<std::string> result;
    for (const retention_verdict& one : verdicts) {
        if (one.snapshot.damage.empty()) continue;
        const bool newer = std::any_of(of.begin(), of.end(), [&one](const auto& each) {
            return one.snapshot.created_at >= newest_of(each.second).created_at;
        });
        if (newer) result.push_back(fmt::format("snapshot {} cannot be read", one.snapshot.id));
    }
    return result;
}

// Ids of the newest of each, which are whole.
std::set<std::string> proved(const repository& in, const std::vector<retention_verdict>& verdicts,
                             const by_database& of) {
    std::set<std::string> result;
    std::vector<std::string> broken = unreadable(verdicts, of);
    for (const auto& [database, all] : of) {
        const snapshot_summary& newest = newest_of(all);
        if (verify_snapshot(in, snapshot_selector::named(newest.id)).intact()) {
            result.insert(newest.id);
        } else {
            broken.push_back(fmt::format("snapshot {}, the newest of database \"{}\", is not whole",
                                         newest.id, newest.database));
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
    forget_report report{judge_retention(policy, listed(in, options), now()), {}};
    const by_database databases = affected(report.verdicts);
    for (const auto& [database, all] : databases) {
        const std::string alarm = shrink_alarm(all);
        if (!alarm.empty()) report.alarms.push_back(alarm);
    }
    if (options.dry_run || databases.empty()) return report;
    if (!report.alarms.empty() && !options.accept_shrink)
        refuse(report.alarms, "If nothing is lost, say that the new size is right.");
    const auto whole = proved(in, report.verdicts, databases);
    const auto storage = writable(in);
    const auto alone = internal::lock_exclusive(*storage);
    for (const retention_verdict& one : report.verdicts) {
        if (!one.kept()) continue;
        if (whole.contains(one.snapshot.id) &&
            !storage->size(internal::manifest_key(one.snapshot.id))) {
            throw error(error_code::busy, "somebody else forgets snapshots of this repository", {},
                        "Try again.");
        }
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

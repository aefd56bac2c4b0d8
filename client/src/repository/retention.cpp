#include "chronos/retention.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <set>

namespace chronos {

namespace {

std::string local(timestamp moment, const char* format) {
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(moment));
    std::tm parts{};
    if (::localtime_r(&seconds, &parts) == nullptr) return {};
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

// Keeps the newest of each of so many periods.
struct period_rule {
    const char* name;
    const char* format;
    std::size_t left;
    std::string period;

    std::string reason_to_keep(timestamp moment) {
        if (left == 0) return {};
        std::string now = local(moment, format);
        if (now == period) return {};
        period = now;
        --left;
        return fmt::format("{} {}", name, now);
    }
};

class one_database {
  public:
    explicit one_database(const retention_policy& policy)
        : policy_(policy),
          last_(policy.last),
          rules_{{{"hourly", "%Y-%m-%d %H h", policy.hourly, {}},
                  {"daily", "%Y-%m-%d", policy.daily, {}},
                  {"weekly", "%G-W%V", policy.weekly, {}},
                  {"monthly", "%Y-%m", policy.monthly, {}},
                  {"yearly", "%Y", policy.yearly, {}}}} {}

    // Newest first.
    std::vector<std::string> reasons(const snapshot_summary& one) {
        std::vector<std::string> result;
        if (!newest_) result.emplace_back("newest");
        if (!newest_) newest_ = one.created_at;
        if (last_ > 0) {
            result.push_back(fmt::format("last {}", policy_.last));
            --last_;
        }
        for (period_rule& rule : rules_) {
            std::string reason = rule.reason_to_keep(one.created_at);
            if (!reason.empty()) result.push_back(std::move(reason));
        }
        if (policy_.within.count() > 0 && *newest_ - one.created_at <= policy_.within)
            result.emplace_back("within");
        for (const std::string& pattern : policy_.labels) {
            if (!one.label.empty() && ::fnmatch(pattern.c_str(), one.label.c_str(), 0) == 0)
                result.push_back("label " + pattern);
        }
        return result;
    }

  private:
    const retention_policy& policy_;
    std::size_t last_;
    std::array<period_rule, 5> rules_;
    std::optional<timestamp> newest_;
};

}  // namespace

std::vector<retention_verdict> judge_retention(const retention_policy& policy,
                                               const std::vector<snapshot_summary>& snapshots,
                                               timestamp now) {
    std::vector<retention_verdict> result;
    for (const snapshot_summary& one : snapshots) result.push_back({one, {}});
    std::vector<retention_verdict*> newest_first;
    for (retention_verdict& one : result) newest_first.push_back(&one);
    std::stable_sort(newest_first.begin(), newest_first.end(), [](auto* a, auto* b) {
        return a->snapshot.created_at > b->snapshot.created_at;
    });
    std::map<std::pair<std::string, std::string>, one_database> databases;
    for (retention_verdict* one : newest_first) {
        if (!one->snapshot.damage.empty()) {
            one->reasons.emplace_back("damaged");
            continue;
        }
        if (one->snapshot.created_at > now + std::chrono::hours(1)) {
            one->reasons.emplace_back("dated in the future");
            continue;
        }
        const std::pair key(one->snapshot.system_identifier, one->snapshot.database);
        auto& database = databases.try_emplace(key, policy).first->second;
        one->reasons = database.reasons(one->snapshot);
    }
    return result;
}

}  // namespace chronos

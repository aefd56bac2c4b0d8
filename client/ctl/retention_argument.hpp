// What the server's worker says is to be kept where.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "chronos/retention.hpp"

namespace chronos::ctl {

class output;

struct kept_in {
    std::string repository;  // URL
    retention_policy policy;
    std::chrono::seconds grace;
};

// A JSON object: of each URL {"last": 1, "hourly": …, "daily": …, "weekly": …, "monthly": …,
// "yearly": …, "within": seconds, "labels": ["release-*"], "grace": seconds}. Throws usage if it is
// anything else.
[[nodiscard]] std::vector<kept_in> read_retention(const std::string& text);

// Forgets and sweeps in each what is of the same database as this snapshot; what fails is a
// warning, for the snapshot itself is complete.
void keep_only(const std::vector<kept_in>& all, const std::string& snapshot, output& out);

}  // namespace chronos::ctl

// Whether a cluster can be had back: the newest verified snapshot of each of its databases.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "chronos/guard.hpp"
#include "chronos/repository.hpp"

namespace chronos::internal::guard {

class recovery {
  public:
    // Opens the repositories; one that cannot be opened is a note, and counts for nothing.
    recovery(const guard_options& options, std::vector<std::string>& notes);

    // Repositories in one of these places go with them, and count for nothing.
    void rule_out(const std::vector<std::string>& places);
    // Of the configured ones, those that are deleted.
    [[nodiscard]] const std::vector<std::string>& doomed() const noexcept { return doomed_; }

    // Fills covers and reasons. `path` is where the cluster lies, for its device; empty: elsewhere.
    void judge(guard_loss& loss, const std::string& path, timestamp now);

  private:
    struct known_repository {
        repository handle;
        std::string path;
        std::vector<snapshot_summary> snapshots;  // newest first
        bool counts = true;
    };

    [[nodiscard]] bool usable(const known_repository& one, const std::string& path,
                              std::vector<std::string>& reasons) const;
    [[nodiscard]] guard_cover cover(const found_cluster& cluster, const found_database& database,
                                    const std::vector<const known_repository*>& among,
                                    std::string& trouble);
    [[nodiscard]] std::uint32_t database_oid(const known_repository& in, const std::string& id);
    [[nodiscard]] bool verified(const known_repository& in, const std::string& id);

    const guard_options& options_;
    std::vector<known_repository> repositories_;
    std::vector<std::string> doomed_;
    std::map<std::string, std::uint32_t> oids_;  // by snapshot
    std::map<std::string, bool> verified_;       // by repository and snapshot
};

// The folder itself or one above it is `place`, whatever path leads there.
[[nodiscard]] bool lies_within(const std::string& path, const std::string& place);

}  // namespace chronos::internal::guard

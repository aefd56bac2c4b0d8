// The database to be copied, held still: its tables locked and one snapshot of it exported.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "connection/workers.hpp"
#include "snapshot/catalog.hpp"

namespace chronos::internal {

class frozen_source {
  public:
    // Locks first and takes the snapshot after, so that no TRUNCATE or rewrite can come between;
    // tables that appeared or went meanwhile make it start again. Throws busy, naming who is in the
    // way, when `deadline` is past.
    frozen_source(session& holder, std::chrono::steady_clock::time_point deadline,
                  const std::stop_token& stop);
    ~frozen_source() = default;
    frozen_source(const frozen_source&) = delete;
    frozen_source& operator=(const frozen_source&) = delete;

    [[nodiscard]] session& holder() const noexcept { return holder_; }
    [[nodiscard]] const std::string& snapshot() const noexcept { return snapshot_; }
    // Described, in the order in which they may be loaded.
    [[nodiscard]] const std::vector<source_table>& tables() const noexcept { return tables_; }

    // Lets a session see what this one sees.
    void enter(session& worker) const;

  private:
    [[nodiscard]] bool try_once();
    void lock(const std::vector<source_table>& tables);

    session& holder_;
    std::string snapshot_;
    std::vector<source_table> tables_;
};

// "LOCK TABLE ONLY a, b IN ACCESS SHARE MODE" for tables[first .. last).
[[nodiscard]] std::string lock_statement(const std::vector<source_table>& tables, std::size_t first,
                                         std::size_t last);

// Who holds ACCESS EXCLUSIVE locks in this database, in words; empty if nobody.
[[nodiscard]] std::string describe_blockers(session& on);

}  // namespace chronos::internal

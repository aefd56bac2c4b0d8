// One run over a directory: what is to be done, and doing it.
#pragma once

#include <memory>
#include <vector>

#include "chronos/migrate.hpp"
#include "connection/session.hpp"
#include "migrations/layout.hpp"
#include "migrations/migration_order.hpp"
#include "migrations/migration_runner.hpp"
#include "migrations/placeholders.hpp"

namespace chronos::internal {

// What a run in a database that nobody needs does otherwise.
struct run_guard {
    // Why a statement is not run; empty: it is. Null: all are.
    std::function<std::string(std::string_view statement)> leave_out;
    // Before a migration that is one transaction commits. Null: nothing.
    std::function<void(session& on)> before_commit;
};

// Does not own the session, which has to outlive it, as have the options. Thread-safety: that of
// the session.
class migration_run {
  public:
    migration_run(session& here, const migrate_options& options, std::string scope = {},
                  run_guard guard = {});

    [[nodiscard]] std::vector<planned_migration> plan(const migration_target& target);
    std::vector<finished_migration> perform(const migration_target& target);

  private:
    struct chosen;
    [[nodiscard]] std::vector<ordered_migration> order(const migration_target& target);
    void begin();
    [[nodiscard]] std::vector<chosen> choose(const std::vector<ordered_migration>& wanted);
    void confirm(const std::vector<chosen>& wanted) const;
    // Another tool has applied migrations here, and Chronos knows of none.
    void refuse_others(const std::vector<ordered_migration>& wanted);
    // Losses as they are after those before it have run; tells what was not known.
    void look_again(planned_migration& plan, const script& what);
    finished_migration one(migration_runner& runner, migration_store& store, const chosen& next);
    // The id of a snapshot of what is about to be lost; empty if nothing is, or nowhere to keep it.
    [[nodiscard]] std::string secure(const planned_migration& plan);
    void run_hooks(migration_runner& runner, hook_moment moment);
    void forward_notices();
    [[nodiscard]] runner_options how() const;

    const migrate_options& options_;
    std::string scope_;
    run_guard guard_;
    migration_set set_;
    placeholders values_;
    session& here_;
    std::unique_ptr<session> work_;
    std::vector<compared_migration> all_;
};

}  // namespace chronos::internal

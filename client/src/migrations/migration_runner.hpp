// Runs migrations in the database they are meant for.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "connection/session.hpp"
#include "migrations/lock_retries.hpp"
#include "migrations/migration_store.hpp"
#include "migrations/work_units.hpp"

namespace chronos::internal {

struct runner_options {
    lock_patience locks;
    std::function<void(const std::string& message)> warning;
    // Why a statement is not run, empty if it is; and what is done before a migration that is one
    // transaction commits. Either may be null.
    std::function<std::string(std::string_view statement)> leave_out;
    std::function<void(session& on)> before_commit;
    std::stop_token stop;
};

// What a run of one script came to.
struct script_outcome {
    double seconds = 0;
    std::size_t steps_before = 0;  // that an earlier run had done
    migration_store::versions versions;
};

// Either a migration is one transaction, its record included, or each of its steps is recorded with
// what it did, so that a run that ends at any moment leaves something the next one finishes: there
// is no state to be forced. Scripts begin with the settings of a new session. Thread-safety: that
// of the session.
class migration_runner {
  public:
    migration_runner(session& on, migration_store& store, const runner_options& options)
        : session_(on), store_(store), options_(options) {}

    // By this script: the migration's own with its placeholders filled in, or a derived one.
    script_outcome up(const migration& what, const script& by);
    script_outcome down(const migration& what, const script& by);
    // Outside of any migration, in a transaction of its own if it can be.
    void hook(const script& what);

  private:
    struct job {
        const migration& what;
        const script& by;
        direction way;
    };
    script_outcome run(const job& work);
    void run_whole(const job& work, const work_unit& unit);
    std::size_t run_steps(const job& work, const work_plan& plan);
    void run_step(const job& work, const work_unit& unit, int number, const stored_step* before);
    void run_together(const job& work, const work_unit& unit, int number);
    void run_alone(const job& work, const work_unit& unit, int number, const stored_step* before);
    void note(const job& work, const work_unit& unit, int number, const std::string& state,
              const std::string& error = {}, const std::string& memo = {});
    void prepare();
    void execute(const script& by, const sql_statement& one);

    session& session_;
    migration_store& store_;
    const runner_options& options_;
};

}  // namespace chronos::internal

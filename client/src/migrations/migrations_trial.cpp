// What a plan does, seen where it harms nobody.
#include <chrono>

#include "chronos/connection.hpp"
#include "chronos/migration_trial.hpp"
#include "migrations/layout.hpp"
#include "migrations/migration_scopes.hpp"
#include "migrations/new_session.hpp"
#include "migrations/placeholders.hpp"
#include "migrations/relation_watch.hpp"
#include "migrations/scratch_run.hpp"
#include "migrations/scratch_schema.hpp"
#include "migrations/stopper.hpp"

namespace chronos {

namespace {

using internal::hook_moment;
using internal::session;

class rehearsal {
  public:
    // The connection is to the scratch database; both have to outlive it.
    rehearsal(connection& database, const migrate_options& options)
        : database_(database),
          options_(options),
          set_(internal::read_migrations(options.directory)),
          values_(internal::placeholders_for(set_.layout, options.placeholders, options.fill_in,
                                             here())) {}

    migration_trial all(const std::vector<planned_migration>& plan) {
        const internal::stopper stop(options_.stop, here());
        const std::string before = internal::present_version(here());
        migration_trial result;
        const bool up = plan.back().up;
        if (up) run_hooks(hook_moment::before_all);
        for (const planned_migration& next : plan) {
            stop.check();
            result.migrations.push_back(one(next));
        }
        if (up) run_hooks(hook_moment::after_all);
        result.differences = diff(database_, before, internal::present_version(here()));
        return result;
    }

  private:
    [[nodiscard]] session& here() const { return database_.internal_session(); }

    tried_migration one(const planned_migration& plan) {
        if (plan.up) run_hooks(hook_moment::before_each);
        internal::relation_watch watch(here());
        const auto begin = std::chrono::steady_clock::now();
        internal::enter_scope(here(), plan.schema);
        internal::run_in_scratch(here(), {plan.file, plan.script, plan.whole}, options_.warning,
                                 [&watch](session& on) { watch.look_at_locks(on); });
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        internal::begin_anew(here());
        tried_migration result{
            plan.up,       plan.version,           plan.name, plan.schema, taken.count(),
            watch.locks(), watch.rewritten(here())};
        if (plan.up) run_hooks(hook_moment::after_each);
        return result;
    }

    void run_hooks(hook_moment moment) {
        for (const internal::migration_hook& hook : set_.hooks) {
            if (hook.moment != moment) continue;
            internal::run_in_scratch(here(), internal::filled_in(hook.what, values_),
                                     options_.warning);
            internal::begin_anew(here());
        }
    }

    connection& database_;
    const migrate_options& options_;
    const internal::migration_set set_;
    const internal::placeholders values_;
};

}  // namespace

migration_trial try_migrations(connection& database, const migrate_options& options,
                               const std::vector<planned_migration>& plan) {
    if (plan.empty()) return {};
    session& here = database.internal_session();
    const internal::stopper stop(options.stop, here);
    stop.check();
    const internal::scratch_database scratch(here, options.warning);
    internal::keep_search_path(scratch, here);
    {
        const auto making = scratch.connect();
        const internal::stopper stop_making(options.stop, *making);
        internal::copy_schema(here, *making, options.warning);
    }
    connection there(scratch.connect());
    there.internal_session().execute("RESET search_path");
    return rehearsal(there, options).all(plan);
}

}  // namespace chronos

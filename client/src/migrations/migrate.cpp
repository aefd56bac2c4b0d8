#include "chronos/migrate.hpp"

#include <fmt/format.h>

#include <memory>

#include "chronos/connection.hpp"
#include "migrations/down_script.hpp"
#include "migrations/layout.hpp"
#include "migrations/migration_order.hpp"
#include "migrations/migration_runner.hpp"
#include "migrations/runner_lock.hpp"

namespace chronos {

namespace {

using internal::compared_migration;
using internal::ordered_migration;
using internal::session;

struct chosen_migration {
    const compared_migration* what = nullptr;
    internal::script script;
    planned_migration plan;
};

chosen_migration chosen(session& on, const ordered_migration& next) {
    const auto& scripts = next.what->scripts();
    chosen_migration result{next.what, scripts.up, {}};
    if (next.up) {
        result.plan.losses = internal::losses_of(on, result.script);
    } else {
        auto down = internal::down_script_of(on, *next.what);
        result.script = std::move(down.what);
        result.plan.derived = down.derived;
        result.plan.losses =
            down.derived ? std::move(down.losses) : internal::losses_of(on, result.script);
    }
    result.plan.up = next.up;
    result.plan.version = scripts.version;
    result.plan.name = scripts.name;
    result.plan.file = result.script.file;
    result.plan.script = result.script.text;
    result.plan.whole = internal::plan_work(result.script).whole;
    return result;
}

// A session of the run's own, with the search path that scripts begin with.
std::unique_ptr<session> working_session(session& beside) {
    auto own = beside.another();
    own->execute("RESET search_path");
    return own;
}

class run {
  public:
    run(session& here, const migrate_options& options)
        : options_(options), set_(internal::read_migrations(options.directory)), here_(here) {}

    [[nodiscard]] std::vector<ordered_migration> order(const migration_target& target) {
        all_ = internal::compare_migrations(set_.migrations,
                                            internal::migration_store(here_, "").read());
        return internal::order_migrations(all_, target, options_);
    }

    std::vector<finished_migration> perform(const migration_target& target) {
        if (order(target).empty()) return {};
        work_ = working_session(here_);
        forward_notices();
        internal::runner_lock lock(*work_, waiting());
        // Another runner may have been at work until now.
        const auto wanted = choose(order(target));
        confirm(wanted);
        internal::migration_store store(*work_, "");
        const auto how = runner_options();
        internal::migration_runner runner(*work_, store, how);
        std::vector<finished_migration> done;
        const bool any_up = !wanted.empty() && wanted.back().plan.up;
        if (any_up) run_hooks(runner, internal::hook_moment::before_all);
        for (const chosen_migration& next : wanted) {
            lock.require();
            done.push_back(one(runner, store, next));
        }
        if (any_up) run_hooks(runner, internal::hook_moment::after_all);
        return done;
    }

    std::vector<planned_migration> plan(const migration_target& target) {
        const auto wanted = order(target);
        if (wanted.empty()) return {};
        work_ = working_session(here_);
        std::vector<planned_migration> result;
        for (chosen_migration& made : choose(wanted)) {
            made.plan.statements = internal::statements_of(*work_, made.script);
            result.push_back(std::move(made.plan));
        }
        return result;
    }

  private:
    std::vector<chosen_migration> choose(const std::vector<ordered_migration>& wanted) {
        std::vector<chosen_migration> result;
        for (const ordered_migration& next : wanted) result.push_back(chosen(*work_, next));
        return result;
    }

    void confirm(const std::vector<chosen_migration>& wanted) {
        if (wanted.empty() || !options_.confirm) return;
        std::vector<planned_migration> plans;
        for (const chosen_migration& next : wanted) plans.push_back(next.plan);
        if (!options_.confirm(plans))
            throw error(error_code::refused, "nothing was done, because it was not confirmed");
    }

    finished_migration one(internal::migration_runner& runner, internal::migration_store& store,
                           const chosen_migration& next) {
        const planned_migration& plan = next.plan;
        if (options_.starting) options_.starting(plan);
        if (plan.derived) store.keep_derived_down(next.what->scripts(), next.script);
        if (plan.up) run_hooks(runner, internal::hook_moment::before_each);
        const auto outcome = plan.up ? runner.up(next.what->scripts())
                                     : runner.down(next.what->scripts(), next.script);
        if (plan.up) run_hooks(runner, internal::hook_moment::after_each);
        finished_migration result{plan.up,
                                  plan.version,
                                  plan.name,
                                  plan.file,
                                  plan.derived,
                                  outcome.seconds,
                                  outcome.steps_before,
                                  outcome.versions.before,
                                  outcome.versions.after};
        if (options_.finished) options_.finished(result);
        return result;
    }

    void run_hooks(internal::migration_runner& runner, internal::hook_moment moment) {
        for (const auto& hook : set_.hooks) {
            if (hook.moment == moment) runner.hook(hook.what);
        }
    }

    void forward_notices() {
        work_->on_notice([this](const internal::server_report& report) {
            const auto& sink = report.severity == "WARNING" ? options_.warning : options_.notice;
            if (sink) sink(report.message);
        });
    }

    internal::lock_waiting waiting() {
        return {options_.wait,
                [this](const std::string& holder) {
                    if (options_.notice) options_.notice("waiting for another runner: " + holder);
                },
                options_.stop};
    }

    internal::runner_options runner_options() {
        internal::runner_options how;
        how.locks.timeout = options_.lock_timeout;
        how.locks.tries = options_.lock_tries;
        how.locks.stop = options_.stop;
        how.locks.retrying = [this](const std::string& reason, std::chrono::milliseconds pause) {
            if (options_.notice)
                options_.notice(fmt::format("{}; again in {} ms", reason, pause.count()));
        };
        how.warning = options_.warning;
        how.stop = options_.stop;
        return how;
    }

    const migrate_options& options_;
    internal::migration_set set_;
    session& here_;
    std::unique_ptr<session> work_;
    std::vector<compared_migration> all_;
};

}  // namespace

std::vector<planned_migration> plan_migrations(connection& database, const migrate_options& options,
                                               const migration_target& target) {
    return run(database.internal_session(), options).plan(target);
}

std::vector<finished_migration> migrate(connection& database, const migrate_options& options,
                                        const migration_target& target) {
    return run(database.internal_session(), options).perform(target);
}

}  // namespace chronos

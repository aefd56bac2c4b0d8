#include "migrations/migration_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "migrations/down_script.hpp"
#include "migrations/migration_losses.hpp"
#include "migrations/migration_scopes.hpp"
#include "migrations/new_session.hpp"
#include "migrations/runner_lock.hpp"
#include "migrations/second_tool.hpp"
#include "migrations/stopper.hpp"

namespace chronos::internal {

struct migration_run::chosen {
    const compared_migration* what = nullptr;
    internal::script script;
    planned_migration plan;
};

namespace {

// A session of the run's own, with the search path that scripts begin with.
std::unique_ptr<session> working_session(session& beside) {
    auto own = beside.another();
    own->execute("RESET search_path");
    return own;
}

}  // namespace

migration_run::migration_run(session& here, const migrate_options& options, std::string scope,
                             run_guard guard)
    : options_(options),
      scope_(std::move(scope)),
      guard_(std::move(guard)),
      set_(read_migrations(options.directory)),
      here_(here) {}

std::vector<planned_migration> migration_run::plan(const migration_target& target) {
    const auto wanted = order(target);
    if (wanted.empty()) return {};
    refuse_others(wanted);
    begin();
    std::vector<planned_migration> result;
    for (chosen& made : choose(wanted)) {
        made.plan.statements = statements_of(*work_, made.script);
        result.push_back(std::move(made.plan));
    }
    return result;
}

std::vector<finished_migration> migration_run::perform(const migration_target& target) {
    if (order(target).empty()) return {};
    begin();
    forward_notices();
    runner_lock lock(*work_, waiting_of(options_));
    // Another runner may have been at work until now.
    const auto ordered = order(target);
    refuse_others(ordered);
    auto wanted = choose(ordered);
    confirm(wanted);
    migration_store store(*work_, scope_);
    const auto options = how();
    migration_runner runner(*work_, store, options);
    std::vector<finished_migration> done;
    const bool any_up = !wanted.empty() && wanted.back().plan.up;
    if (any_up) run_hooks(runner, hook_moment::before_all);
    for (chosen& next : wanted) {
        lock.require();
        look_again(next.plan, next.script);
        done.push_back(one(runner, store, next));
    }
    if (any_up) run_hooks(runner, hook_moment::after_all);
    return done;
}

std::vector<ordered_migration> migration_run::order(const migration_target& target) {
    all_ = compare_migrations(set_.migrations, migration_store(here_, scope_).read());
    return order_migrations(all_, target, options_);
}

void migration_run::begin() {
    work_ = working_session(here_);
    enter_scope(*work_, scope_);
    values_ = placeholders_for(set_.layout, options_.placeholders, options_.fill_in, *work_);
}

std::vector<migration_run::chosen> migration_run::choose(
    const std::vector<ordered_migration>& wanted) {
    std::vector<chosen> result;
    for (const ordered_migration& next : wanted) {
        const auto& scripts = next.what->scripts();
        chosen made{next.what, {}, {}};
        if (next.up) {
            made.script = filled_in(scripts.up, values_);
            made.plan.losses = losses_of(*work_, made.script);
        } else {
            auto down = down_script_of(*work_, *next.what);
            made.script =
                down.derived ? std::move(down.what) : filled_in(std::move(down.what), values_);
            made.plan.derived = down.derived;
            made.plan.losses =
                down.derived ? std::move(down.losses) : losses_of(*work_, made.script);
        }
        made.plan.up = next.up;
        made.plan.version = scripts.version;
        made.plan.name = scripts.name;
        made.plan.file = made.script.file;
        made.plan.repeatable = scripts.kind == migration_kind::repeatable;
        made.plan.script = made.script.text;
        made.plan.schema = scope_;
        made.plan.whole = plan_work(made.script).whole;
        result.push_back(std::move(made));
    }
    return result;
}

void migration_run::refuse_others(const std::vector<ordered_migration>& wanted) {
    const bool any_up =
        std::any_of(wanted.begin(), wanted.end(), [](const auto& one) { return one.up; });
    const bool known = std::any_of(all_.begin(), all_.end(),
                                   [](const auto& one) { return one.row && one.row->applied(); });
    if (any_up && !known && !options_.beside_other_tool)
        refuse_second_tool(here_, set_.layout, scope_);
}

void migration_run::look_again(planned_migration& plan, const script& what) {
    if (!may_lose_rows(what)) return;
    begin_anew(*work_);
    enter_scope(*work_, scope_);
    for (const migration_loss& loss : add_losses(plan, losses_of(*work_, what))) {
        if (options_.notice)
            options_.notice(fmt::format("{} {} loses {}: {} {}", plan.up ? "up" : "down",
                                        plan.version, loss.object,
                                        loss.rows ? std::to_string(*loss.rows) : "unknown",
                                        loss.rows == 1 ? "row" : "rows"));
    }
}

void migration_run::confirm(const std::vector<chosen>& wanted) const {
    if (wanted.empty() || !options_.confirm) return;
    std::vector<planned_migration> plans;
    for (const chosen& next : wanted) plans.push_back(next.plan);
    if (!options_.confirm(plans))
        throw error(error_code::refused, "nothing was done, because it was not confirmed");
}

finished_migration migration_run::one(migration_runner& runner, migration_store& store,
                                      const chosen& next) {
    const planned_migration& plan = next.plan;
    if (options_.starting) options_.starting(plan);
    const std::string snapshot = secure(plan);
    if (plan.derived) store.keep_derived_down(next.what->scripts(), next.script);
    if (plan.up) run_hooks(runner, hook_moment::before_each);
    const auto outcome = plan.up ? runner.up(next.what->scripts(), next.script)
                                 : runner.down(next.what->scripts(), next.script);
    if (plan.up) run_hooks(runner, hook_moment::after_each);
    finished_migration result{plan.up,
                              plan.version,
                              plan.name,
                              plan.file,
                              plan.derived,
                              outcome.seconds,
                              outcome.steps_before,
                              outcome.versions.before,
                              outcome.versions.after,
                              snapshot,
                              scope_};
    if (!snapshot.empty()) store.note_snapshot(next.what->scripts(), snapshot);
    if (options_.finished) options_.finished(result);
    return result;
}

std::string migration_run::secure(const planned_migration& plan) {
    const bool any = std::any_of(plan.losses.begin(), plan.losses.end(), has_rows);
    if (!any || !options_.snapshot) return {};
    try {
        if (here_.query("SELECT FROM chronos.repository").size() == 0) return {};
        if (options_.notice)
            options_.notice("taking a snapshot before rows are destroyed (--no-snapshot: not)");
        const stopper stop(options_.stop, here_);
        return here_
            .query_one(
                "SELECT chronos.snapshot($1)",
                {fmt::format("before {} {}", plan.up ? "migration" : "undoing", plan.version)})
            .text(0);
    } catch (const server_error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection)
            throw;
        throw server_error(
            failure.code(),
            fmt::format("could not take a snapshot before migration {} destroys rows: {}",
                        plan.version, failure.what()),
            failure.detail(),
            failure.hint().empty() ? "Mend the repository, or do without a snapshot: --no-snapshot."
                                   : failure.hint(),
            failure.sqlstate());
    }
}

void migration_run::run_hooks(migration_runner& runner, hook_moment moment) {
    for (const auto& hook : set_.hooks) {
        if (hook.moment == moment) runner.hook(filled_in(hook.what, values_));
    }
}

void migration_run::forward_notices() {
    work_->on_notice([this](const server_report& report) {
        const auto& sink = report.severity == "WARNING" ? options_.warning : options_.notice;
        if (sink) sink(report.message);
    });
}

runner_options migration_run::how() const {
    runner_options result;
    result.locks.timeout = options_.lock_timeout;
    result.locks.tries = options_.lock_tries;
    result.locks.stop = options_.stop;
    result.locks.retrying = [this](const std::string& reason, std::chrono::milliseconds pause) {
        if (options_.notice)
            options_.notice(fmt::format("{}; again in {} ms", reason, pause.count()));
    };
    result.warning = options_.warning;
    result.leave_out = guard_.leave_out;
    result.before_commit = guard_.before_commit;
    result.stop = options_.stop;
    return result;
}

}  // namespace chronos::internal

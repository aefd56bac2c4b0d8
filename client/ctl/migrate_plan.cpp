// chronosctl migrate plan: what a run would do, and what would come of it.
#include <CLI/CLI.hpp>

#include "chronos/connection.hpp"
#include "chronos/migration_trial.hpp"
#include "ctl/colour_option.hpp"
#include "ctl/migrate_options.hpp"
#include "ctl/migration_plan.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct plan_arguments : migrate_arguments {
    std::string version;
    std::string colour = "auto";
    bool no_trial = false;
};

// What would run is known, even where trying it out fails.
std::optional<migration_trial> tried(connection& database, const migrate_options& options,
                                     const std::vector<planned_migration>& plan, output& out) {
    try {
        return try_migrations(database, options, plan);
    } catch (const error& failure) {
        if (failure.code() == error_code::cancelled || failure.code() == error_code::connection)
            throw;
        out.warning("what changes is not known, because trying it out failed: " +
                        std::string(failure.what()),
                    failure.hint().empty() ? "Leave it out with --no-trial." : failure.hint());
        return {};
    }
}

exit_status run(const plan_arguments& arguments, output& out) {
    const interruption interrupted;
    out.colours(arguments.colour);
    connection database(arguments.target.conninfo());
    const migrate_options options = arguments.options(out, interrupted);
    migration_target target;
    if (!arguments.version.empty()) {
        target.what = migration_target::kind::version;
        target.version = arguments.version;
    }
    const auto plan = plan_migrations(database, options, target);
    print_plan(plan, arguments.no_trial ? std::nullopt : tried(database, options, plan, out), out);
    return exit_status::success;
}

}  // namespace

void add_migrate_plan(verbs& all, CLI::App& group) {
    auto arguments = std::make_shared<plan_arguments>();
    CLI::App& verb = all.add_below(
        group, "plan", "Show what `up`, or `to VERSION`, would do, and what it would change",
        "  chronosctl migrate plan -d shop\n"
        "  chronosctl migrate plan 40 -d shop --json | jq '.plan[].losses'\n"
        "  chronosctl migrate plan -d shop --no-trial     # without a scratch database\n",
        [arguments](output& out) { return run(*arguments, out); });
    verb.add_option("VERSION", arguments->version, "to which (default: the last)");
    arguments->add_running(verb);
    arguments->add_schemas(verb);
    verb.add_flag("--no-trial", arguments->no_trial,
                  "do not try it out in a scratch database, which shows what changes");
    add_colour_option(verb, arguments->colour);
}

}  // namespace chronos::ctl

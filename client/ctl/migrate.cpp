// chronosctl migrate: scripts up and down, and what the database knows of them.
#include "chronos/migrate.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "ctl/json.hpp"
#include "ctl/migrate_options.hpp"
#include "ctl/migration_plan.hpp"
#include "ctl/table.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct run_arguments : migrate_arguments {
    std::string version;
    std::size_t steps = 1;
};

using target_kind = migration_target::kind;

std::string finished_line(const finished_migration& one) {
    std::string text = fmt::format("{:<5} {}{}  {}  {}", one.up ? "up" : "down",
                                   in_schema(one.schema), one.version, one.name,
                                   human_duration(std::chrono::duration<double>(one.seconds)));
    if (one.derived) text += ", derived";
    if (!one.snapshot.empty()) text += ", snapshot " + one.snapshot;
    if (one.resumed_after > 0) text += fmt::format(", went on after step {}", one.resumed_after);
    if (one.version_before && one.version_after && *one.version_before != *one.version_after) {
        text += fmt::format(", schema version {} -> {}", *one.version_before, *one.version_after);
    }
    return printable(text);
}

// A way down needs a word; what is lost on any way is told.
bool confirmed(const std::vector<planned_migration>& plans, bool yes, output& out) {
    std::string text;
    std::size_t down = 0;
    for (const planned_migration& one : plans) {
        const std::string losses = losses_text(one);
        if (!one.up) ++down;
        if (one.up && losses.empty()) continue;
        text += fmt::format("{}{} {}{}  {}{}{}", text.empty() ? "" : "\n", one.up ? "up" : "down",
                            in_schema(one.schema), one.version, one.name,
                            one.derived ? " (derived)" : "", losses.empty() ? "" : "\n" + losses);
    }
    if (down > 0 && !yes) {
        throw error(error_code::refused,
                    fmt::format("{} migration{} would be undone", down, down == 1 ? "" : "s"), text,
                    "Add --yes to do it.");
    }
    if (!text.empty()) out.note(printable_lines(text));
    return true;
}

exit_status run(const run_arguments& arguments, const migration_target& target, output& out) {
    const interruption interrupted;
    connection database(arguments.target.conninfo());
    migrate_options options = arguments.options(out, interrupted);
    if (arguments.dry_run) {
        print_plan(plan_migrations(database, options, target), {}, out);
        return exit_status::success;
    }
    options.confirm = [&](const auto& plans) { return confirmed(plans, arguments.yes, out); };
    options.finished = [&out](const finished_migration& one) {
        if (!out.json()) out.line(finished_line(one));
    };
    const auto done = migrate(database, options, target);
    if (out.json()) {
        json list = json::array();
        for (const finished_migration& one : done) list.push_back(to_json(one));
        out.document({{"migrations", list}});
    } else if (done.empty()) {
        out.line("nothing to do");
    }
    return exit_status::success;
}

void add_up(verbs& all, CLI::App& group) {
    auto arguments = std::make_shared<run_arguments>();
    CLI::App& verb = all.add_below(group, "up", "Apply what is pending",
                                   "  chronosctl migrate up -d shop --dir db/migrations\n"
                                   "  chronosctl migrate up -d shop --dry-run\n",
                                   [arguments](output& out) {
                                       const auto kind = arguments->steps == 0
                                                             ? target_kind::latest
                                                             : target_kind::steps_forward;
                                       return run(*arguments, {kind, "", arguments->steps}, out);
                                   });
    arguments->steps = 0;
    arguments->add_running(verb);
    arguments->add_schemas(verb);
    arguments->add_no_snapshot(verb);
    verb.add_option("--steps", arguments->steps, "how many migrations (default: all)")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    verb.add_flag("--dry-run", arguments->dry_run, "show what would be done");
}

void add_down(verbs& all, CLI::App& group) {
    auto arguments = std::make_shared<run_arguments>();
    CLI::App& verb = all.add_below(
        group, "down", "Undo what was applied last",
        "  chronosctl migrate down -d shop --yes\n"
        "  chronosctl migrate down -d shop --steps 3 --dry-run\n",
        [arguments](output& out) {
            return run(*arguments, {target_kind::steps_back, "", arguments->steps}, out);
        });
    arguments->add_running(verb);
    arguments->add_schemas(verb);
    arguments->add_no_snapshot(verb);
    verb.add_option("--steps", arguments->steps, "how many migrations (default: 1)")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    verb.add_flag("--yes", arguments->yes, "do it, whatever is lost");
    verb.add_flag("--dry-run", arguments->dry_run, "show what would be done");
}

void add_to(verbs& all, CLI::App& group) {
    auto arguments = std::make_shared<run_arguments>();
    CLI::App& verb = all.add_below(
        group, "to", "Go to a version, up or down (0: before the first)",
        "  chronosctl migrate to 42 -d shop\n"
        "  chronosctl migrate to 0 -d shop --yes\n",
        [arguments](output& out) {
            return run(*arguments, {target_kind::version, arguments->version, 1}, out);
        });
    verb.add_option("VERSION", arguments->version, "of the migration")->required();
    arguments->add_running(verb);
    arguments->add_schemas(verb);
    arguments->add_no_snapshot(verb);
    verb.add_flag("--yes", arguments->yes, "undo migrations, whatever is lost");
    verb.add_flag("--dry-run", arguments->dry_run, "show what would be done");
}

exit_status show_status(const migrate_arguments& arguments, bool exit_code, output& out) {
    connection database(arguments.target.conninfo());
    migrate_options options;
    options.directory = arguments.directory;
    options.schemas = arguments.schemas;
    const auto all = migrations(database, options);
    if (out.json()) {
        json list = json::array();
        for (const migration_status& one : all) list.push_back(to_json(one));
        out.document(list);
    } else {
        table lines({{"version"}, {"name"}, {"state"}, {"applied"}, {"by"}, {"down"}, {"schema"}});
        for (const migration_status& one : all) {
            lines.add({in_schema(one.schema) + (one.kind == "repeatable" ? "R" : one.version),
                       one.name, one.state, one.applied_at ? local_time(*one.applied_at) : "",
                       one.applied_by, one.down,
                       one.version_after ? std::to_string(*one.version_after) : ""});
        }
        out.text(lines.render(out.columns()));
    }
    const bool done =
        std::all_of(all.begin(), all.end(), [](const auto& one) { return one.state == "applied"; });
    return exit_code && !done ? exit_status::failure : exit_status::success;
}

void add_status_below(verbs& all, CLI::App& group) {
    auto arguments = std::make_shared<migrate_arguments>();
    auto exit_code = std::make_shared<bool>(false);
    CLI::App& verb = all.add_below(
        group, "status", "List the migrations and what has become of them",
        "  chronosctl migrate status -d shop --dir db/migrations\n"
        "  chronosctl migrate status -d shop --exit-code\n",
        [arguments, exit_code](output& out) { return show_status(*arguments, *exit_code, out); });
    arguments->target.add_to(verb);
    arguments->add_directory(verb);
    arguments->add_schemas(verb);
    verb.add_flag("--exit-code", *exit_code, "exit with 1 unless all are applied");
}

}  // namespace

void add_migrate(verbs& all) {
    CLI::App& group = all.add_group("migrate", "Apply and undo migrations");
    add_up(all, group);
    add_down(all, group);
    add_to(all, group);
    add_status_below(all, group);
    add_migrate_plan(all, group);
    add_migrate_verify(all, group);
    add_migrate_record(all, group);
}

}  // namespace chronos::ctl

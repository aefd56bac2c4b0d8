// chronosctl migrate new, baseline and repair: what runs no script.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/migrate.hpp"
#include "chronos/text_diff.hpp"
#include "ctl/json.hpp"
#include "ctl/migrate_options.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct record_arguments : migrate_arguments {
    std::string word;  // VERSION, NAME
};

exit_status make_new(const record_arguments& arguments, output& out) {
    const auto paths = new_migration(arguments.directory, arguments.word);
    if (out.json()) {
        out.document({{"files", paths}});
    } else {
        for (const std::string& path : paths) out.line(printable(path));
    }
    return exit_status::success;
}

exit_status mark(const record_arguments& arguments, output& out) {
    const interruption interrupted;
    connection database(arguments.target.conninfo());
    const auto marked =
        baseline_migrations(database, arguments.options(out, interrupted), arguments.word);
    if (out.json()) {
        out.document({{"marked", marked}});
    } else if (marked.empty()) {
        out.line("nothing to do");
    } else {
        for (const std::string& one : marked) out.line("marked as applied: " + printable(one));
    }
    return exit_status::success;
}

exit_status adopt(const record_arguments& arguments, output& out) {
    const interruption interrupted;
    connection database(arguments.target.conninfo());
    const auto found =
        adopt_migrations(database, arguments.options(out, interrupted), arguments.word);
    if (out.json()) {
        out.document({{"tool", found.tool}, {"table", found.table}, {"marked", found.versions}});
        return exit_status::success;
    }
    out.line(printable(fmt::format("{} has kept {}", found.tool, found.table)));
    for (const std::string& one : found.versions) out.line("marked as applied: " + printable(one));
    if (found.versions.empty()) out.line("nothing to do");
    return exit_status::success;
}

std::string unified(const migration_repair& one) {
    std::string text;
    for (const diff_hunk& hunk : text_diff(one.was, one.is)) {
        text += hunk.title() + '\n';
        for (const diff_line& line : hunk.lines) {
            const char mark = line.change == line_change::added     ? '+'
                              : line.change == line_change::removed ? '-'
                                                                    : ' ';
            text += mark + line.text + '\n';
        }
    }
    return text;
}

void print(const std::vector<migration_repair>& repairs, bool done, output& out) {
    if (repairs.empty()) out.line("nothing to do");
    for (const migration_repair& one : repairs) {
        const std::string name = fmt::format("{}  {}", one.version, one.name);
        if (one.action == "accept") {
            out.line(printable(fmt::format("{}: {} as the script that was applied", name,
                                           done ? "accepted" : "would be accepted")));
            out.text(printable_lines(unified(one)));
        } else {
            out.line(printable(fmt::format("{}: its file is gone; {}, what it made stays", name,
                                           done ? "forgotten" : "would be forgotten")));
        }
    }
}

exit_status repair(const record_arguments& arguments, output& out) {
    const interruption interrupted;
    connection database(arguments.target.conninfo());
    const auto options = arguments.options(out, interrupted);
    const auto repairs = repair_migrations(database, options, !arguments.yes);
    if (out.json()) {
        json list = json::array();
        for (const migration_repair& one : repairs) {
            list.push_back({{"version", one.version},
                            {"name", one.name},
                            {"action", one.action},
                            {"was", one.was},
                            {"is", one.is}});
        }
        out.document({{"repaired", arguments.yes}, {"migrations", list}});
    } else {
        print(repairs, arguments.yes, out);
        if (!repairs.empty() && !arguments.yes) out.note("nothing was changed; --yes does it");
    }
    return exit_status::success;
}

}  // namespace

void add_migrate_record(verbs& all, CLI::App& group) {
    auto made = std::make_shared<record_arguments>();
    CLI::App& fresh = all.add_below(group, "new", "Make the files of a new migration",
                                    "  chronosctl migrate new add_orders --dir db/migrations\n",
                                    [made](output& out) { return make_new(*made, out); });
    fresh.add_option("NAME", made->word, "in a few words")->required();
    made->add_directory(fresh);

    auto base = std::make_shared<record_arguments>();
    CLI::App& baseline =
        all.add_below(group, "baseline", "Mark migrations as applied without running them",
                      "  chronosctl migrate baseline 42 -d shop\n",
                      [base](output& out) { return mark(*base, out); });
    baseline.add_option("VERSION", base->word, "the last of them")->required();
    base->target.add_to(baseline);
    base->add_directory(baseline);

    auto taken = std::make_shared<record_arguments>();
    CLI::App& adopted = all.add_below(
        group, "adopt", "Take over from another tool: what it has applied is not run again",
        "  chronosctl migrate adopt -d shop --dir db/migrations\n"
        "  chronosctl migrate adopt -d shop --from golang-migrate\n",
        [taken](output& out) { return adopt(*taken, out); });
    taken->target.add_to(adopted);
    taken->add_directory(adopted);
    adopted.add_option("--from", taken->word, "the tool (default: the directory's)")
        ->type_name("TOOL");
    adopted
        .add_option("--missing", taken->missing,
                    "applied migrations whose file is gone: error (default) or warn")
        ->check(CLI::IsMember({"error", "warn"}))
        ->type_name("HOW");

    auto fixed = std::make_shared<record_arguments>();
    CLI::App& repaired =
        all.add_below(group, "repair", "Make the record agree with the directory; first only shown",
                      "  chronosctl migrate repair -d shop\n"
                      "  chronosctl migrate repair -d shop --yes\n",
                      [fixed](output& out) { return repair(*fixed, out); });
    fixed->target.add_to(repaired);
    fixed->add_directory(repaired);
    repaired.add_flag("--yes", fixed->yes, "do it");
}

}  // namespace chronos::ctl

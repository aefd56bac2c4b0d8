// chronosctl export: the history of the schema as a git repository.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/connection.hpp"
#include "chronos/git_history.hpp"
#include "ctl/connection_options.hpp"
#include "ctl/interruption.hpp"
#include "ctl/json.hpp"
#include "ctl/progress_bar.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct export_options {
    connection_options target;
    std::string directory;
    std::string branch;
};

std::string text_of(const export_options& options, const git_report& report) {
    std::string text = report.versions == 0 ? "nothing new"
                                            : fmt::format("{} added to branch {}",
                                                          counted(report.versions, "version"),
                                                          printable(report.branch));
    if (report.tags > 0) text += fmt::format(", {}", counted(report.tags, "tag"));
    return fmt::format("{}: {}\n", printable(options.directory), text);
}

exit_status run(const export_options& options, output& out) {
    connection database(options.target.conninfo());
    const interruption interrupted;
    progress_bar bar(out);
    git_options work;
    work.directory = options.directory;
    work.branch = options.branch;
    work.stop = interrupted.token();
    work.progress = [&bar](std::uint64_t done, std::uint64_t total) {
        bar.show("export", static_cast<double>(done) / static_cast<double>(total),
                 fmt::format("{} of {}", grouped(done), counted(total, "version")));
    };
    const git_report report = export_to_git(database, work);
    bar.clear();
    if (out.json()) {
        out.document({{"directory", options.directory},
                      {"branch", report.branch},
                      {"versions", report.versions},
                      {"tags", report.tags},
                      {"commit", text_or_null(report.commit)}});
    } else {
        out.text(text_of(options, report));
    }
    return exit_status::success;
}

}  // namespace

void add_export(verbs& all) {
    auto options = std::make_shared<export_options>();
    CLI::App& verb = all.add("export", "Write the history of the schema to a git repository",
                             "  chronosctl export -d shop --git shop-schema\n"
                             "  chronosctl export -d shop --git shop-schema --branch production\n",
                             [options](output& out) { return run(*options, out); });
    options->target.add_to(verb);
    verb.add_option("--git", options->directory,
                    "a directory that is new, empty, or an earlier export")
        ->type_name("DIR")
        ->required();
    verb.add_option("--branch", options->branch, "default: main")->type_name("NAME");
}

}  // namespace chronos::ctl

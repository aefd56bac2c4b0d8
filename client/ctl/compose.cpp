// chronosctl compose check: what in a compose file would lose the database.
#include "chronos/compose.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "chronos/error.hpp"
#include "ctl/json.hpp"
#include "ctl/text.hpp"
#include "ctl/variables.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct compose_arguments {
    std::vector<std::string> files;
    std::string project;
    bool merge = false;
};

std::optional<std::string> contents_of(const std::string& path) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

compose_file read_file(const std::string& path) {
    if (path == "-") return {path, std::string(std::istreambuf_iterator<char>(std::cin), {})};
    auto text = contents_of(path);
    if (!text) {
        throw error(error_code::usage, fmt::format("could not read \"{}\"", path),
                    std::strerror(errno));
    }
    return {path, std::move(*text)};
}

// As compose calls the project of a file: after its folder.
std::string project_of(const std::string& path) {
    std::error_code failure;
    const auto folder = std::filesystem::absolute(path, failure).lexically_normal().parent_path();
    return compose_project_name(folder.filename().string());
}

compose_report check_project(const compose_arguments& arguments,
                             const std::vector<std::string>& paths) {
    compose_options options;
    options.variables = variables_beside(paths.front());
    options.read = contents_of;
    options.project = arguments.project;
    if (const auto named = options.variables.find("COMPOSE_PROJECT_NAME");
        options.project.empty() && named != options.variables.end())
        options.project = named->second;
    if (options.project.empty()) options.project = project_of(paths.front());
    std::vector<compose_file> files;
    files.reserve(paths.size());
    for (const std::string& path : paths) files.push_back(read_file(path));
    return check_compose(files, options);
}

json document_of(const compose_report& report, const std::vector<std::string>& paths) {
    json findings = json::array();
    for (const compose_finding& one : report.findings) {
        findings.push_back({{"id", one.id},
                            {"severity", to_string(one.severity)},
                            {"file", one.file},
                            {"line", one.line == 0 ? json() : json(one.line)},
                            {"service", text_or_null(one.service)},
                            {"finding", one.what},
                            {"remedy", one.remedy}});
    }
    const auto worst = report.worst();
    return {{"files", paths},
            {"databases", report.databases},
            {"worst", worst ? json(to_string(*worst)) : json()},
            {"findings", findings},
            {"corrected", text_or_null(report.corrected)}};
}

std::string severity_text(compose_severity severity, const output& out) {
    const std::string text(to_string(severity));
    if (severity == compose_severity::critical) return out.bad(text);
    return severity == compose_severity::warning ? out.strong(text) : text;
}

void print(const compose_report& report, const std::vector<std::string>& paths, output& out) {
    for (const compose_finding& one : report.findings) {
        const std::string where =
            one.line == 0 ? one.file : fmt::format("{}:{}", one.file, one.line);
        const std::string service =
            one.service.empty() ? "" : fmt::format("service {}: ", printable(one.service));
        out.line(fmt::format("{}: {}: {}{} [{}]", out.place(printable(where)),
                             severity_text(one.severity, out), service, printable(one.what),
                             one.id));
        out.line("    " + printable(one.remedy));
    }
    if (!report.corrected.empty()) {
        out.line("");
        out.line(fmt::format("corrected, for {}:", printable(fmt::format("{}", paths.front()))));
        out.text(printable_lines(report.corrected));
    }
    if (report.databases.empty()) {
        out.line(printable(paths.front()) + ": no service runs PostgreSQL, as far as can be told");
    } else if (report.findings.empty()) {
        out.line(printable(paths.front()) + ": nothing to complain about");
    }
}

// As documented for this verb: 0 nothing or advice, 1 warnings, 2 critical.
exit_status status_for(std::optional<compose_severity> worst) {
    if (worst == compose_severity::critical) return exit_status::usage;
    return worst == compose_severity::warning ? exit_status::failure : exit_status::success;
}

exit_status run_check(const compose_arguments& arguments, output& out) {
    std::vector<std::vector<std::string>> projects;
    if (arguments.merge) {
        projects.push_back(arguments.files);
    } else {
        for (const std::string& path : arguments.files) projects.push_back({path});
    }
    std::optional<compose_severity> worst;
    json documents = json::array();
    for (const auto& paths : projects) {
        const compose_report report = check_project(arguments, paths);
        if (const auto one = report.worst(); one && (!worst || *one > *worst)) worst = one;
        if (out.json()) {
            documents.push_back(document_of(report, paths));
        } else {
            print(report, paths, out);
        }
    }
    if (out.json()) {
        out.document({{"worst", worst ? json(to_string(*worst)) : json()},
                      {"projects", std::move(documents)}});
    }
    return status_for(worst);
}

}  // namespace

void add_compose(verbs& all) {
    auto arguments = std::make_shared<compose_arguments>();
    CLI::App& group = all.add_group("compose", "Compose files, checked for what loses databases");
    CLI::App& check = all.add_below(
        group, "check", "Check where the databases of compose files keep their data",
        "  chronosctl compose check compose.yaml\n"
        "  chronosctl compose check --merge compose.yaml compose.override.yaml --json\n\n"
        "Exit codes of compose check: 0 nothing, or advice; 1 warnings; 2 critical, or cannot tell",
        [arguments](output& out) { return run_check(*arguments, out); });
    check.add_option("FILE", arguments->files, "compose files; - is standard input")->required();
    check.add_flag("--merge", arguments->merge,
                   "the files are one project, each overriding those before it");
    check
        .add_option("--project-name", arguments->project,
                    "of the project; after the first file's folder unless given")
        ->type_name("NAME");
}

}  // namespace chronos::ctl

#include "git/git_repository.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "chronos/error.hpp"

namespace chronos::internal {

namespace {

namespace fs = std::filesystem;

constexpr int kInterrupted = 128 + 2;
constexpr int kTerminated = 128 + 15;

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(" \n") + 1);
    return text;
}

[[noreturn]] void throw_git(const std::string& directory, const program_result& result) {
    if (result.status == kInterrupted || result.status == kTerminated)
        throw error(error_code::cancelled, "cancelled");
    std::string said = trimmed(result.errors);
    if (said.empty()) said = fmt::format("It ended with exit status {}.", result.status);
    throw error(error_code::repository, fmt::format("git failed in \"{}\"", directory), said);
}

// Of the user's settings, those that change what is written or run programs are switched off.
constexpr std::array kSettings{"core.hooksPath=/dev/null", "core.autocrlf=false",
                               "core.fsmonitor=false",     "core.quotePath=false",
                               "log.showSignature=false",  "gc.auto=0"};

}  // namespace

git_repository::git_repository(const std::string& directory, const std::string& branch,
                               std::stop_token stop)
    : program_(find_program("git")),
      directory_(directory),
      branch_(branch),
      stop_(std::move(stop)) {
    if (program_.empty()) {
        throw error(error_code::wrong_component, "the program \"git\" was not found", {},
                    "Install git, or add its folder to PATH.");
    }
    require_branch_name();
    std::error_code failure;
    const bool nothing = !fs::exists(directory_, failure) || fs::is_empty(directory_, failure);
    if (nothing && !failure) make();
    require_usable();
}

std::vector<std::string> git_repository::words(const std::vector<std::string>& arguments) const {
    std::vector<std::string> result{program_, "-C", directory_};
    for (const char* setting : kSettings) {
        result.emplace_back("-c");
        result.emplace_back(setting);
    }
    result.insert(result.end(), arguments.begin(), arguments.end());
    return result;
}

program_result git_repository::run(const std::vector<std::string>& arguments,
                                   std::string_view input) const {
    return run_program(words(arguments), {{"LC_ALL", "C"}}, stop_, input);
}

std::string git_repository::ask(const std::vector<std::string>& arguments,
                                std::string_view input) const {
    auto result = run(arguments, input);
    if (result.status != 0) throw_git(directory_, result);
    return std::move(result.output);
}

void git_repository::require_branch_name() const {
    const auto result = run_program({program_, "check-ref-format", "refs/heads/" + branch_},
                                    {{"LC_ALL", "C"}}, stop_);
    if (result.status == 0 && !branch_.starts_with('-')) return;
    throw error(error_code::usage, fmt::format("\"{}\" is no name of a branch", branch_), {},
                "git check-ref-format describes what is allowed.");
}

void git_repository::make() const {
    std::error_code failure;
    fs::create_directory(directory_, failure);
    if (failure) {
        throw error(error_code::repository, fmt::format("could not make directory \"{}\": {}",
                                                        directory_, failure.message()));
    }
    (void)ask({"init", "--quiet"});
    (void)ask({"symbolic-ref", "HEAD", "refs/heads/" + branch_});
}

void git_repository::require_usable() {
    std::error_code failure;
    if (!fs::is_directory(directory_, failure)) {
        throw error(error_code::refused, fmt::format("\"{}\" is no directory", directory_));
    }
    const std::vector<std::string> question{"rev-parse", "--is-bare-repository",
                                            "--is-inside-work-tree", "--show-prefix"};
    const auto where = run(question);
    const auto facts = lines_of(where.output);
    // What git says of a repository that belongs to somebody else is a hint by itself.
    const bool foreign = where.errors.find("dubious ownership") != std::string::npos;
    if (foreign) throw_git(directory_, where);
    bare_ = where.status == 0 && !facts.empty() && facts[0] == "true";
    const bool top = where.status == 0 && facts.size() >= 2 && facts[1] == "true" &&
                     (facts.size() < 3 || facts[2].empty());
    if (!bare_ && !top) {
        throw error(
            error_code::refused,
            fmt::format("directory \"{}\" is neither empty nor a git repository", directory_), {},
            "Name a new or empty directory, or one that an earlier export made.");
    }
    if (bare_) return;
    const std::string changes = ask({"status", "--porcelain"});
    if (changes.empty()) return;
    throw error(error_code::refused,
                fmt::format("repository \"{}\" has changes that are not committed", directory_),
                fmt::format("The first: {}", lines_of(changes).front()),
                "Commit them to another branch or remove them, then export again.");
}

std::vector<exported_commit> git_repository::commits() const {
    std::vector<exported_commit> result;
    const std::string branch = "refs/heads/" + branch_;
    if (run({"rev-parse", "--verify", "--quiet", branch}).status != 0) return result;
    for (const std::string& line :
         lines_of(ask({"log", "--first-parent",
                       "--format=%H %(trailers:key=Chronos-Version,valueonly,separator=%x2c)",
                       branch, "--"}))) {
        const auto blank = std::min(line.find(' '), line.size());
        result.push_back(
            {line.substr(0, blank), trimmed(line.substr(std::min(blank + 1, line.size())))});
    }
    return result;
}

bool git_repository::has_branches() const {
    return !ask({"for-each-ref", "--count=1", "refs/heads/"}).empty();
}

std::map<std::string, std::string> git_repository::tags() const {
    std::map<std::string, std::string> result;
    for (const std::string& line : lines_of(
             ask({"for-each-ref", "--format=%(objectname) %(refname:strip=2)", "refs/tags/"}))) {
        const auto blank = std::min(line.find(' '), line.size());
        result[line.substr(std::min(blank + 1, line.size()))] = line.substr(0, blank);
    }
    return result;
}

std::unique_ptr<fed_program> git_repository::import() const {
    const std::map<std::string, std::string> environment{{"LC_ALL", "C"}};
    return std::make_unique<fed_program>(
        words({"fast-import", "--quiet", "--done", "--date-format=raw"}), environment, stop_);
}

void git_repository::finish_import(fed_program& program) const {
    const auto result = program.finish();
    if (result.status != 0) throw_git(directory_, result);
}

void git_repository::update_refs(std::string_view commands) const {
    (void)ask({"update-ref", "--stdin"}, commands);
}

void git_repository::check_out() const {
    if (bare_) return;
    if (trimmed(run({"symbolic-ref", "--quiet", "HEAD"}).output) != "refs/heads/" + branch_) return;
    (void)ask({"reset", "--quiet", "--hard"});
}

}  // namespace chronos::internal

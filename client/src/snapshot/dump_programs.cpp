#include "snapshot/dump_programs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "process/child_process.hpp"

namespace chronos::internal {
namespace {

constexpr int kNewestTried = 25;
// We hold all the locks already: pg_dump waits only behind somebody who waits for us.
constexpr const char* kLockWait = "--lock-wait-timeout=300";

std::vector<std::string> candidate_directories(int major) {
    std::vector<std::string> result;
    const char* path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        const auto part = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        if (part.starts_with('/')) result.emplace_back(part);
    }
    for (int version = major; version <= kNewestTried; ++version) {
        result.push_back(fmt::format("/usr/lib/postgresql/{}/bin", version));
        result.push_back(fmt::format("/usr/pgsql-{}/bin", version));
    }
    return result;
}

// The major version that "pg_dump (PostgreSQL) 15.20" tells; 0 if it tells none.
int major_of(const std::string& text) {
    const auto start = text.find_first_of("0123456789");
    return start == std::string::npos ? 0 : std::atoi(text.c_str() + start);
}

bool runs(const std::string& program) { return access(program.c_str(), X_OK) == 0; }

std::string last_line(const std::string& text) {
    const auto end = text.find_last_not_of('\n');
    if (end == std::string::npos) return {};
    const auto start = text.rfind('\n', end);
    return text.substr(start == std::string::npos ? 0 : start + 1,
                       end - (start == std::string::npos ? std::string::npos : start));
}

std::string find_directory(int server, const std::map<std::string, std::string>& environment,
                           const std::stop_token& stop) {
    std::string best;
    int best_major = 0;
    for (const auto& directory : candidate_directories(server)) {
        const auto program = directory + "/pg_dump";
        if (!runs(program) || !runs(directory + "/pg_dumpall")) continue;
        const auto major = major_of(run_program({program, "--version"}, environment, stop).output);
        if (major == server) return directory;
        if (major > server && (best.empty() || major < best_major)) {
            best = directory;
            best_major = major;
        }
    }
    if (!best.empty()) return best;
    throw error(
        error_code::wrong_component,
        fmt::format("no pg_dump that can read a server of version {} was found", server),
        "PATH and the usual directories of PostgreSQL's packages were searched for pg_dump and "
        "pg_dumpall of this version or a newer one.",
        fmt::format("Install them: apt-get install postgresql-client-{}.", server));
}

}  // namespace

dump_programs::dump_programs(const session& on, const std::stop_token& stop)
    : environment_(on.environment()), database_(on.database()), stop_(stop) {
    environment_["LC_ALL"] = "C";
    environment_["PGAPPNAME"] = "chronos pg_dump";
    // pg_dump pins the other settings itself, but it writes literals as this one says.
    environment_["PGOPTIONS"] += " -c standard_conforming_strings=on";
    directory_ = find_directory(on.server_version() / 10000, environment_, stop);
}

std::string dump_programs::definitions(const std::string& section, const std::string& snapshot,
                                       const std::string& encoding) const {
    const auto result = run_program(
        {directory_ + "/pg_dump", "--schema-only", "--section=" + section, "--snapshot=" + snapshot,
         "--encoding=" + encoding, "--no-password", kLockWait},
        environment_, stop_);
    if (result.status == 0) return result.output;
    const bool locked = result.errors.find("LOCK TABLE") != std::string::npos &&
                        result.errors.find(" timeout") != std::string::npos;
    throw error(locked ? error_code::busy : error_code::database,
                fmt::format("pg_dump could not read the {} definitions", section),
                fmt::format("Exit status {}. {}", result.status, result.errors),
                locked ? "Try again when the other sessions have ended." : "");
}

std::optional<std::string> dump_programs::globals(
    const std::function<void(const std::string&)>& warn) const {
    std::vector<std::string> arguments{directory_ + "/pg_dumpall", "--globals-only",
                                       "--no-password", "--no-sync", "--encoding=UTF8"};
    // The name would be taken for a connection string if it looked like one.
    std::string quoted;
    for (const char letter : database_) {
        if (letter == '\'' || letter == '\\') quoted += '\\';
        quoted += letter;
    }
    arguments.push_back("--database=dbname='" + quoted + "'");
    auto result = run_program(arguments, environment_, stop_);
    if (result.status == 0) return result.output;
    arguments.emplace_back("--no-role-passwords");
    const auto reason = last_line(result.errors);
    result = run_program(arguments, environment_, stop_);
    if (result.status == 0) {
        warn("the snapshot has no role passwords: " + reason);
        return result.output;
    }
    warn("the snapshot has no roles: " + last_line(result.errors));
    return std::nullopt;
}

}  // namespace chronos::internal

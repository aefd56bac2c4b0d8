#include "scheduler/repository_check.hpp"

#include <dirent.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <memory>
#include <string>
#include <vector>

#include "backend/door.hpp"
#include "chronos/error.hpp"
#include "core/repository_url.hpp"
#include "scheduler/failure_codes.hpp"

namespace chronos::scheduler {

namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint,
                         const std::string& detail = {}) {
    throw backend::sql_error(kRepositoryRefused, message, detail, hint);
}

std::string server_user() {
    const passwd* const entry = getpwuid(geteuid());
    return entry == nullptr ? std::to_string(geteuid()) : std::string(entry->pw_name);
}

std::string shell_quoted(const std::string& text) {
    if (text.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") ==
        std::string::npos) {
        return text;
    }
    std::string result = "'";
    for (const char each : text) {
        if (each == '\'') {
            result += "'\\''";
        } else {
            result += each;
        }
    }
    return result + "'";
}

std::string quoted(const std::string& path) { return '"' + path + '"'; }

// Empty if there is no such path.
std::string resolved(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                           &std::free);
    return real ? std::string(real.get()) : std::string();
}

bool is_inside(const std::string& path, const std::string& directory) {
    if (directory == "/" || path == directory) {
        return true;
    }
    return path.size() > directory.size() && path.compare(0, directory.size(), directory) == 0 &&
           path[directory.size()] == '/';
}

struct close_directory {
    void operator()(DIR* directory) const { closedir(directory); }
};

struct place {
    std::string what;
    std::string path;
};

// Where the server keeps what a snapshot is to outlive.
std::vector<place> server_places() {
    const std::string data = DataDir;
    std::vector<place> places = {{"the data directory", resolved(data)}};
    places.push_back({"the write-ahead log", resolved(data + "/pg_wal")});
    const std::string links = data + "/pg_tblspc";
    const std::unique_ptr<DIR, close_directory> directory(opendir(links.c_str()));
    while (directory) {
        const dirent* const entry = readdir(directory.get());
        if (entry == nullptr) {
            break;
        }
        if (entry->d_name[0] != '.') {
            places.push_back({"a tablespace", resolved(links + "/" + entry->d_name)});
        }
    }
    return places;
}

void check_exists(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) == 0) {
        if (!S_ISDIR(status.st_mode)) {
            refuse("repository " + quoted(path) + " is not a directory",
                   "Name a directory that holds nothing else.");
        }
        return;
    }
    const int error = errno;
    if (error == ENOENT) {
        refuse("repository directory " + quoted(path) + " does not exist",
               "Run as root: install -d -o " + server_user() + " -m 0700 " + shell_quoted(path));
    }
    refuse("could not access repository directory " + quoted(path) + ": " + std::strerror(error),
           "The server runs as operating system user \"" + server_user() +
               "\", who must be able to reach it.");
}

void check_writable(const std::string& path) {
    if (access(path.c_str(), R_OK | W_OK | X_OK) == 0) {
        return;
    }
    const int error = errno;
    refuse("repository directory " + quoted(path) + " is not writable: " + std::strerror(error),
           "Run as root: install -d -o " + server_user() + " -m 0700 " + shell_quoted(path));
}

void check_apart(const std::string& path) {
    const std::string real = resolved(path);
    for (const place& each : server_places()) {
        if (each.path.empty()) {
            continue;
        }
        if (is_inside(real, each.path)) {
            refuse("repository directory " + quoted(path) + " is inside " + each.what,
                   "Choose a directory elsewhere, best on another device or machine.",
                   "What destroys " + quoted(each.path) + " would destroy the snapshots with it.");
        }
        if (is_inside(each.path, real)) {
            refuse("repository directory " + quoted(path) + " contains " + each.what,
                   "Choose a directory that holds nothing else.",
                   quoted(each.path) + " lies below it.");
        }
    }
}

bool on_one_device(const std::string& path) {
    struct stat data {};
    struct stat repository {};
    return stat(DataDir, &data) == 0 && stat(path.c_str(), &repository) == 0 &&
           data.st_dev == repository.st_dev;
}

}  // namespace

repository_finding check_repository(std::string_view url) {
    internal::repository_url parsed;
    try {
        parsed = internal::parse_repository_url(url);
    } catch (const error& refused) {
        refuse(refused.what(), refused.hint(), refused.detail());
    }
    check_exists(parsed.path);
    check_apart(parsed.path);
    check_writable(parsed.path);
    return {parsed.text, on_one_device(parsed.path)};
}

}  // namespace chronos::scheduler

CHRONOS_SQL_FUNCTION(chronos_check_repository)
{
    using namespace chronos;
    if (PG_ARGISNULL(0)) {
        throw backend::sql_error(scheduler::kRepositoryRefused, "repository URL must not be null",
                                 {}, "Write file:///absolute/path.");
    }
    const char* const url = backend::call(
        [fcinfo] { return static_cast<const char*>(TextDatumGetCString(PG_GETARG_DATUM(0))); });
    const scheduler::repository_finding found = scheduler::check_repository(url);
    if (found.on_data_device) {
        backend::call([] {
            ereport(WARNING,
                    (errmsg("repository is on the same device as the data directory"),
                     errdetail("Whatever destroys that device destroys both."),
                     errhint("Use a directory on another device, or add a second repository.")));
        });
    }
    const char* const normal = found.url.c_str();
    return backend::call([normal] { return CStringGetTextDatum(normal); });
}

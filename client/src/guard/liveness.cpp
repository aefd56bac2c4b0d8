#include "guard/liveness.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace chronos::internal::guard {

namespace {

namespace fs = std::filesystem;

struct processes_seen {
    std::string one;  // that works in the folder
    bool all = true;  // every process of the machine could be looked at
};

// Inside a container a server of the host, or of another container, is not seen.
bool sees_whole_machine() {
    std::error_code failure;
    return fs::read_symlink("/proc/self/ns/pid", failure) == "pid:[4026531836]";
}

processes_seen look_at_processes(const struct stat& folder) {
    processes_seen seen;
    seen.all = sees_whole_machine();
    std::error_code failure;
    for (fs::directory_iterator each("/proc", failure), end; !failure && each != end;
         each.increment(failure)) {
        const std::string name = each->path().filename().string();
        if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
        struct stat at {};
        if (stat((each->path() / "cwd").c_str(), &at) != 0) {
            // A kernel thread has none; of a process that has ended in the meantime nothing is
            // left.
            if (errno == EACCES) seen.all = false;
            continue;
        }
        if (at.st_dev == folder.st_dev && at.st_ino == folder.st_ino) {
            // A shell that stands in the folder is no server, but as good as a reason to wait.
            seen.one = name;
            return seen;
        }
    }
    if (failure) seen.all = false;
    return seen;
}

bool postmaster_file(const std::string& path) {
    std::error_code failure;
    return fs::exists(fs::path(path) / "postmaster.pid", failure) || failure;
}

}  // namespace

void judge_liveness(found_cluster& of, bool ended_well) {
    struct stat folder {};
    if (stat(of.path.c_str(), &folder) != 0) {
        of.running_because = "the folder cannot be looked at";
        return;
    }
    const processes_seen seen = look_at_processes(folder);
    const bool file = postmaster_file(of.path);
    if (!seen.one.empty() && (file || !ended_well)) {
        of.running = liveness::running;
        of.running_because = fmt::format("process {} works in it", seen.one);
    } else if (!file && ended_well) {
        of.running = liveness::stopped;
        of.running_because = "it was shut down";
    } else if (seen.all) {
        of.running = liveness::stopped;
        of.running_because = "no process works in it, though it was not shut down in good order";
    } else {
        of.running = liveness::unknown;
        of.running_because =
            "it was not shut down in good order, and not every process can be seen";
    }
}

}  // namespace chronos::internal::guard

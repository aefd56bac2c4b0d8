#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "guard/casualties.hpp"

namespace chronos::internal::guard {

namespace {

namespace fs = std::filesystem;

bool holds_cluster(const fs::path& folder) {
    std::error_code failure;
    return fs::exists(folder / "PG_VERSION", failure) &&
           fs::exists(folder / "global" / "pg_control", failure);
}

// Logs may go; anything else in a data directory takes the cluster along.
bool only_logs(const fs::path& inside) {
    const std::string first = inside.begin() == inside.end() ? "" : inside.begin()->string();
    return first == "log" || first == "pg_log";
}

// The data directory that a path lies in; empty: none.
fs::path cluster_around(const fs::path& path) {
    for (fs::path folder = path.parent_path();; folder = folder.parent_path()) {
        if (holds_cluster(folder))
            return only_logs(path.lexically_relative(folder)) ? fs::path() : folder;
        if (folder == folder.root_path()) return {};
    }
}

// rm takes away a link and not what it points to, unless a slash follows.
fs::path meant(const std::string& name) {
    std::error_code failure;
    const fs::path written = fs::absolute(name, failure);
    if (name.ends_with('/')) {
        const fs::path real = fs::canonical(written, failure);
        if (!failure) return real;
    }
    const fs::path normal = written.lexically_normal();
    const fs::path parent = fs::canonical(normal.parent_path(), failure);
    return failure ? normal : parent / normal.filename();
}

}  // namespace

casualties path_casualties(const command& of) {
    casualties result;
    for (const std::string& name : of.names) {
        const fs::path path = meant(name);
        struct stat status {};
        if (lstat(path.c_str(), &status) != 0) {
            if (errno == ENOENT || errno == ENOTDIR) {
                result.notes.push_back(fmt::format("there is no \"{}\"", name));
                continue;
            }
            casualty hidden;
            hidden.kind = "directory";
            hidden.name = path.string();
            hidden.unreadable = std::strerror(errno);
            result.all.push_back(std::move(hidden));
            continue;
        }
        if (S_ISDIR(status.st_mode) && !of.recursive) {
            result.notes.push_back(fmt::format("\"{}\" is a folder, which rm leaves alone", name));
            continue;
        }
        casualty one;
        one.kind = "directory";
        one.name = path.string();
        one.path = path.string();
        if (const fs::path around = cluster_around(path); !around.empty()) {
            one.name = around.string();
            one.path = around.string();
            one.part_of_cluster = true;
        }
        result.all.push_back(std::move(one));
    }
    return result;
}

}  // namespace chronos::internal::guard

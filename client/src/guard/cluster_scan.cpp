#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "chronos/found_cluster.hpp"
#include "guard/control_file.hpp"
#include "guard/liveness.hpp"

namespace chronos {

namespace {

namespace fs = std::filesystem;
constexpr std::uint32_t kFirstNormalObject = 16384;

std::string first_bytes(const fs::path& path, std::size_t count) {
    std::string bytes(count, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return bytes;
}

std::optional<std::uint32_t> number_of(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool hexadecimal(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
}

// "PG_16_202307071": the folder of a major version in a tablespace.
std::uint32_t tablespace_of(std::string_view name) {
    if (!name.starts_with("PG_")) return 0;
    const auto sign = name.rfind('_');
    return sign < 3 || name.size() - sign != 10 ? 0 : number_of(name.substr(sign + 1)).value_or(0);
}

struct entry {
    std::string name;
    struct stat status {};
};

class scanner {
  public:
    cluster_scan result;

    void look(const fs::path& path, int depth = 0) {
        std::vector<entry> entries;
        if (depth > 200 || !read(path, entries)) return;
        const auto has = [&entries](std::string_view name) {
            return std::any_of(entries.begin(), entries.end(),
                               [name](const entry& one) { return one.name == name; });
        };
        // A database's own folder has PG_VERSION as well, but neither of these.
        const bool whole = has("PG_VERSION") && (has("global") || has("base"));
        // What is left of one, or what a container has changed of one that came with its image.
        const bool rest = has("global") && has("base") && has("pg_wal");
        if (whole || rest) return take_cluster(path, entries);
        if (has("format.json") && has("objects") && has("snapshots")) {
            found_part part;
            part.what = found_part::kind::repository;
            part.path = path.string();
            result.parts.push_back(std::move(part));
            return;
        }
        take_wal(path, entries);
        for (const entry& one : entries) {
            if (!S_ISDIR(one.status.st_mode) || skipped(path / one.name)) continue;
            const std::uint32_t catalog = tablespace_of(one.name);
            if (catalog != 0) {
                take_tablespace(path / one.name, catalog);
            } else {
                look(path / one.name, depth + 1);
            }
        }
    }

  private:
    static bool skipped(const fs::path& path) {
        return path == "/proc" || path == "/sys" || path == "/dev";
    }

    void complain(const fs::path& path, int reason) {
        if (reason == ENOENT) return;
        result.unreadable.push_back(fmt::format("{}: {}", path.string(), std::strerror(reason)));
    }

    bool read(const fs::path& path, std::vector<entry>& entries) {
        DIR* folder = opendir(path.c_str());
        if (folder == nullptr) {
            complain(path, errno);
            return false;
        }
        errno = 0;
        while (const dirent* one = readdir(folder)) {
            const std::string name = one->d_name;
            if (name == "." || name == "..") continue;
            entry found{name, {}};
            if (lstat((path / name).c_str(), &found.status) == 0)
                entries.push_back(std::move(found));
            else
                complain(path / name, errno);
            errno = 0;
        }
        if (errno != 0) complain(path, errno);
        closedir(folder);
        return true;
    }

    // Bytes of everything below, without what symbolic links point to.
    std::uint64_t size(const fs::path& path, std::uint64_t limit_depth = 64) {
        std::vector<entry> entries;
        if (limit_depth == 0 || !read(path, entries)) return 0;
        std::uint64_t bytes = 0;
        for (const entry& one : entries) {
            if (S_ISREG(one.status.st_mode))
                bytes += static_cast<std::uint64_t>(one.status.st_size);
            if (S_ISDIR(one.status.st_mode)) bytes += size(path / one.name, limit_depth - 1);
        }
        return bytes;
    }

    std::optional<found_database> database(const fs::path& path, const std::string& name) {
        const auto oid = number_of(name);
        std::vector<entry> entries;
        if (!oid || !read(path / name, entries)) return std::nullopt;
        found_database found{*oid, false, 0};
        for (const entry& one : entries) {
            found.bytes += static_cast<std::uint64_t>(one.status.st_size);
            const auto end = one.name.find_first_of("._");
            const auto relation = number_of(std::string_view(one.name).substr(0, end));
            if (relation.value_or(0) >= kFirstNormalObject) found.relations = true;
        }
        return found;
    }

    std::vector<found_database> databases(const fs::path& path) {
        std::vector<entry> entries;
        std::vector<found_database> found;
        if (!read(path, entries)) return found;
        for (const entry& one : entries) {
            if (!S_ISDIR(one.status.st_mode)) continue;
            if (auto each = database(path, one.name)) found.push_back(*each);
        }
        std::sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.oid < b.oid; });
        return found;
    }

    void take_cluster(const fs::path& path, const std::vector<entry>& entries) {
        found_cluster found;
        found.path = path.string();
        const std::size_t complaints = result.unreadable.size();
        std::string major = first_bytes(path / "PG_VERSION", 16);
        found.major = major.substr(0, major.find('\n'));
        const auto control =
            internal::guard::read_control_file(first_bytes(path / "global/pg_control", 8192));
        if (control) {
            found.system_identifier = control->system_identifier;
            found.catalog_version = control->catalog_version;
            found.state = control->state_text();
            found.last_checkpoint = control->last_checkpoint;
            if (!control->intact) found.problem = "global/pg_control has a wrong checksum";
        } else {
            found.problem = "global/pg_control cannot be read";
        }
        if (found.major.empty()) found.problem = "PG_VERSION cannot be read";
        found.databases = databases(path / "base");
        found.bytes = size(path);
        for (const entry& one : entries)
            if (S_ISLNK(one.status.st_mode)) found.links.push_back(one.name);
        std::vector<entry> spaces;
        if (read(path / "pg_tblspc", spaces)) {
            for (const entry& one : spaces)
                if (S_ISLNK(one.status.st_mode)) found.links.push_back("pg_tblspc/" + one.name);
        }
        internal::guard::judge_liveness(found, control && control->ended_well());
        if (result.unreadable.size() > complaints && found.problem.empty())
            found.problem = "parts of it cannot be read";
        result.clusters.push_back(std::move(found));
    }

    void take_tablespace(const fs::path& path, std::uint32_t catalog) {
        found_part part;
        part.path = path.string();
        part.catalog_version = catalog;
        part.databases = databases(path);
        if (!part.databases.empty()) result.parts.push_back(std::move(part));
    }

    void take_wal(const fs::path& path, const std::vector<entry>& entries) {
        for (const entry& one : entries) {
            if (one.name.size() != 24 || !hexadecimal(one.name) || !S_ISREG(one.status.st_mode))
                continue;
            found_part part;
            part.what = found_part::kind::wal;
            part.path = path.string();
            part.system_identifier =
                internal::guard::system_identifier_of_wal(first_bytes(path / one.name, 40));
            if (part.system_identifier.empty()) continue;
            result.parts.push_back(std::move(part));
            return;
        }
    }
};

}  // namespace

std::string_view to_string(liveness how) noexcept {
    if (how == liveness::running) return "running";
    return how == liveness::stopped ? "stopped" : "unknown";
}

std::vector<found_database> found_cluster::needed() const {
    std::vector<found_database> result;
    for (const found_database& one : databases) {
        // Their oids: 1 is template1, 4 template0 and 5 postgres since 15; before, template0 and
        // postgres have whatever comes next, and template0 never holds tables.
        const bool made = one.oid >= kFirstNormalObject;
        if (one.oid != 1 && one.oid != 4 && (made || one.relations)) result.push_back(one);
    }
    return result;
}

cluster_scan find_clusters(const std::string& path) {
    scanner scan;
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) {
        if (errno != ENOENT)
            scan.result.unreadable.push_back(fmt::format("{}: {}", path, std::strerror(errno)));
        return std::move(scan.result);
    }
    if (S_ISDIR(status.st_mode)) scan.look(path);
    return std::move(scan.result);
}

}  // namespace chronos

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "chronos/connection.hpp"
#include "chronos/error.hpp"
#include "chronos/git_history.hpp"
#include "core/object_path.hpp"
#include "git/git_repository.hpp"
#include "git/import_stream.hpp"
#include "versions/diagnosis.hpp"
#include "versions/values.hpp"

namespace chronos {

namespace {

using internal::ask;
using internal::commit;
using internal::commit_file;
using internal::exported_commit;
using internal::git_repository;
using internal::row;

struct recorded_version {
    std::string timeline;
    std::int64_t number = 0;
    std::string name;  // TIMELINE/NUMBER
};

std::string name_of(const std::string& timeline, std::int64_t number) {
    return fmt::format("{}/{}", timeline, number);
}

// This database's past, oldest first.
std::vector<recorded_version> read_versions(internal::session& on) {
    std::vector<recorded_version> versions;
    for (const row& one :
         ask(on,
             "SELECT v.timeline, v.number FROM chronos.lineage AS t JOIN chronos.evidence AS v"
             " ON v.timeline = t.timeline"
             " WHERE t.last_version IS NULL OR v.number <= t.last_version"
             " ORDER BY t.depth DESC, v.number")) {
        versions.push_back({one.text(0), one.number(1), name_of(one.text(0), one.number(1))});
    }
    return versions;
}

// Where to go on: the place in `versions` behind the newest one that is exported.
std::size_t next_version(const std::vector<recorded_version>& versions,
                         const std::vector<exported_commit>& commits, const std::string& branch) {
    if (commits.empty()) return 0;
    const auto foreign = std::find_if(commits.begin(), commits.end(), [](const auto& one) {
        return one.version.empty() || one.version.find(',') != std::string::npos;
    });
    if (foreign != commits.end()) {
        throw error(error_code::refused,
                    fmt::format("branch \"{}\" has commits that no export made", branch),
                    fmt::format("The newest of them is {}.", foreign->id),
                    "Export into a directory or onto a branch of its own.");
    }
    const auto found = std::find_if(
        versions.begin(), versions.end(),
        [&](const recorded_version& one) { return one.name == commits.front().version; });
    if (found == versions.end()) {
        throw error(error_code::refused,
                    fmt::format("branch \"{}\" holds the history of another database, or another "
                                "past of this one",
                                branch),
                    fmt::format("It ends with version {}, which this database does not come from.",
                                commits.front().version),
                    "Export into a new directory, or onto a new branch: what both have in common "
                    "becomes the same commits.");
    }
    return static_cast<std::size_t>(found - versions.begin()) + 1;
}

commit described(internal::session& on, const recorded_version& version) {
    const row from =
        ask(on,
            "SELECT v.role, v.application, (extract(epoch FROM v.committed_at) * 1000000)::bigint,"
            " pg_catalog.to_json(v.statements), v.cause, pg_catalog.encode(v.fingerprint, 'hex')"
            " FROM chronos.evidence AS v WHERE v.timeline = $1::uuid AND v.number = $2::bigint",
            {version.timeline, std::to_string(version.number)})
            .at(0);
    commit result;
    result.author = {from.text(0), from.text(1), internal::moment(from, 2)};
    result.message = internal::commit_message(internal::texts(from.text(3)), from.text(4),
                                              version.name, from.text(5));
    return result;
}

// A text file ends with a line end.
std::string file_content(std::string sql) {
    if (!sql.empty() && sql.back() != '\n') sql += '\n';
    return sql;
}

std::vector<commit_file> all_files(internal::session& on, const recorded_version& version) {
    std::vector<commit_file> files;
    for (const row& one : ask(on,
                              "SELECT f.kind, f.identity, chronos.definition_sql(f.hash)"
                              " FROM chronos.facts_of('number:' || $1) AS f"
                              " ORDER BY f.kind COLLATE \"C\", f.identity COLLATE \"C\"",
                              {std::to_string(version.number)})) {
        files.push_back(
            {core::object_path(one.text(0), one.text(1)), file_content(one.text(2)), false});
    }
    return files;
}

std::vector<commit_file> changed_files(internal::session& on, const recorded_version& version) {
    std::vector<commit_file> files;
    for (const row& one : ask(on,
                              "SELECT c.change, c.kind, c.identity, c.old_identity,"
                              " chronos.definition_sql(c.hash)"
                              " FROM chronos.changes($1::uuid, $2::bigint) AS c",
                              {version.timeline, std::to_string(version.number)})) {
        const std::string change = one.text(0);
        const std::string path = core::object_path(one.text(1), one.text(2));
        if (change == "removed") {
            files.push_back({path, {}, true});
            continue;
        }
        if (change == "renamed") {
            files.push_back({core::object_path(one.text(1), one.text(3)), {}, true});
        }
        files.push_back({path, file_content(one.text(4)), false});
    }
    return files;
}

void add_commits(internal::session& on, const git_repository& repository,
                 const std::vector<recorded_version>& versions, std::size_t first,
                 const std::string& parent, const git_options& options) {
    const auto program = repository.import();
    for (std::size_t i = first; i < versions.size(); ++i) {
        commit next = described(on, versions[i]);
        next.branch = options.branch;
        if (i == first) next.parent = parent;
        // Between versions that were not kept the changes are unknown: all is said again.
        next.everything = i == 0 || versions[i - 1].number + 1 != versions[i].number;
        next.files = next.everything ? all_files(on, versions[i]) : changed_files(on, versions[i]);
        if (!program->write(internal::import_command(next))) break;
        if (options.progress) options.progress(i + 1 - first, versions.size() - first);
    }
    program->write("done\n");
    repository.finish_import(*program);
}

// Labels as tags. One of the same name that points elsewhere than to an export is left alone.
std::uint64_t add_tags(internal::session& on, const git_repository& repository,
                       const std::vector<exported_commit>& commits) {
    std::unordered_map<std::string, std::string> commit_of;
    std::set<std::string> ours;
    for (const exported_commit& one : commits) {
        commit_of[one.version] = one.id;
        ours.insert(one.id);
    }
    // Of equal names the nearest version comes last and remains.
    std::map<std::string, std::string> wanted;
    for (const row& one : ask(on,
                              "SELECT l.name, l.timeline, l.number FROM chronos.lineage AS t"
                              " JOIN chronos.label AS l ON l.timeline = t.timeline"
                              " WHERE l.number > 0"
                              "  AND (t.last_version IS NULL OR l.number <= t.last_version)"
                              " ORDER BY t.depth DESC, l.name")) {
        const auto found = commit_of.find(name_of(one.text(1), one.number(2)));
        if (found != commit_of.end()) wanted[core::tag_name(one.text(0))] = found->second;
    }
    const auto present = repository.tags();
    std::string commands;
    std::uint64_t count = 0;
    for (const auto& [name, id] : wanted) {
        const auto old = present.find(name);
        if (old == present.end()) {
            commands += fmt::format("create refs/tags/{} {}\n", name, id);
        } else if (old->second != id && ours.contains(old->second)) {
            commands += fmt::format("update refs/tags/{} {} {}\n", name, id, old->second);
        } else {
            continue;
        }
        ++count;
    }
    if (count > 0) repository.update_refs(commands);
    return count;
}

// A branch of its own in somebody else's repository has to be asked for.
void require_place(const git_repository& repository, const git_options& options, bool named) {
    if (named || !repository.has_branches()) return;
    throw error(error_code::refused,
                fmt::format("repository \"{}\" has branches, but none that is called \"{}\"",
                            options.directory, options.branch),
                {}, "Export into a new directory, or name a branch.");
}

git_report add_new(internal::session& on, const git_options& options) {
    git_options chosen = options;
    if (chosen.branch.empty()) chosen.branch = "main";
    const auto versions = read_versions(on);
    const git_repository repository(chosen.directory, chosen.branch, chosen.stop);
    auto commits = repository.commits();
    if (commits.empty()) require_place(repository, chosen, !options.branch.empty());
    const std::size_t first = next_version(versions, commits, chosen.branch);
    if (first < versions.size()) {
        const std::string parent = commits.empty() ? std::string() : commits.front().id;
        add_commits(on, repository, versions, first, parent, chosen);
        repository.check_out();
        commits = repository.commits();
    }
    git_report report;
    report.branch = chosen.branch;
    report.versions = versions.size() - first;
    report.tags = add_tags(on, repository, commits);
    if (!commits.empty()) report.commit = commits.front().id;
    return report;
}

}  // namespace

git_report export_to_git(connection& database, const git_options& options) {
    auto& session = database.internal_session();
    const std::stop_callback cancel(options.stop, [&database] { database.cancel(); });
    return internal::ask_together(session, [&] { return add_new(session, options); });
}

}  // namespace chronos

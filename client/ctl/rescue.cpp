// chronosctl rescue: clusters that nobody knows any more, and a copy of one in safety.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "chronos/error.hpp"
#include "chronos/found_cluster.hpp"
#include "ctl/found_cluster.hpp"
#include "ctl/json.hpp"
#include "ctl/progress_bar.hpp"
#include "ctl/text.hpp"
#include "ctl/verbs.hpp"

namespace chronos::ctl {

namespace {

struct rescue_arguments {
    std::vector<std::string> paths;
    std::string copy;
    std::string to;
};

const char* kind_of(found_part::kind what) {
    switch (what) {
        case found_part::kind::tablespace:
            return "tablespace";
        case found_part::kind::wal:
            return "write-ahead log";
        case found_part::kind::repository:
            break;
    }
    return "repository";
}

json document_of(const cluster_scan& scan) {
    json clusters = json::array();
    for (const found_cluster& one : scan.clusters) clusters.push_back(to_json(one));
    json parts = json::array();
    for (const found_part& one : scan.parts) {
        parts.push_back({{"kind", kind_of(one.what)},
                         {"path", one.path},
                         {"system_identifier", text_or_null(one.system_identifier)}});
    }
    return {{"clusters", clusters}, {"parts", parts}, {"unreadable", scan.unreadable}};
}

void print(const found_cluster& one, output& out) {
    out.line(out.strong(printable(one.path)));
    out.line("    " + summary_of(one));
    if (!one.place.empty())
        out.line("    " + printable(one.place) + (one.orphaned ? " (orphaned)" : ""));
    const auto needed = one.needed();
    std::string oids;
    for (const found_database& each : needed) {
        oids +=
            fmt::format("{}{} ({})", oids.empty() ? "" : ", ", each.oid, human_bytes(each.bytes));
    }
    if (!oids.empty()) out.line("    databases by oid: " + oids);
    if (!one.running_because.empty()) out.line("    " + printable(one.running_because));
    for (const std::string& link : one.links)
        out.line("    " + printable(link) + " lies elsewhere");
    if (!one.problem.empty()) out.line("    " + printable(one.problem));
}

exit_status search(const rescue_arguments& arguments, output& out) {
    const cluster_scan scan = search_clusters(arguments.paths);
    if (out.json()) {
        out.document(document_of(scan));
    } else {
        for (const found_cluster& one : scan.clusters) print(one, out);
        for (const found_part& one : scan.parts)
            out.line(fmt::format("{}: {}", printable(one.path), kind_of(one.what)));
        out.line(counted(scan.clusters.size(), "cluster") + " found");
    }
    constexpr std::size_t kShown = 5;
    for (std::size_t i = 0; i < std::min(kShown, scan.unreadable.size()); ++i)
        out.warning("could not look at " + scan.unreadable[i]);
    if (scan.unreadable.size() > kShown) {
        out.warning(fmt::format("could not look at {} more", scan.unreadable.size() - kShown),
                    "Run this as root to see everything.");
    }
    return scan.clusters.empty() && !scan.unreadable.empty() ? exit_status::failure
                                                             : exit_status::success;
}

exit_status copy(const rescue_arguments& arguments, output& out) {
    if (arguments.to.empty())
        throw error(error_code::usage, "--copy needs --to", {}, "Name a folder to copy into.");
    if (!arguments.paths.empty()) {
        throw error(error_code::usage, "--copy takes no paths to search", {},
                    "Write chronosctl rescue --copy DIRECTORY --to FOLDER.");
    }
    progress_bar bar(out);
    const copy_report report = copy_cluster(
        arguments.copy, arguments.to, [&bar](std::uint64_t bytes, std::uint64_t total) {
            bar.show("copy",
                     total > 0 ? static_cast<double>(bytes) / static_cast<double>(total) : -1,
                     human_bytes(bytes));
        });
    bar.clear();
    if (out.json()) {
        out.document({{"from", arguments.copy},
                      {"to", arguments.to},
                      {"files", report.files},
                      {"bytes", report.bytes},
                      {"links", report.links}});
        return exit_status::success;
    }
    for (const std::string& one : report.links) {
        out.warning("a symbolic link was copied as such: " + one,
                    "Rescue what it points to as well.");
    }
    out.line(fmt::format("{} copied to {}: {}, {}", printable(arguments.copy),
                         printable(arguments.to), counted(report.files, "file"),
                         human_bytes(report.bytes)));
    return exit_status::success;
}

}  // namespace

void add_rescue(verbs& all) {
    auto arguments = std::make_shared<rescue_arguments>();
    CLI::App& verb = all.add(
        "rescue", "Find clusters in volumes and folders, and copy one to safety",
        "  chronosctl rescue\n"
        "  chronosctl rescue /var/lib/docker/volumes --json\n"
        "  chronosctl rescue --copy /var/lib/docker/volumes/931cdb18/_data --to /srv/rescued\n",
        [arguments](output& out) {
            return arguments->copy.empty() ? search(*arguments, out) : copy(*arguments, out);
        });
    verb.add_option("PATH", arguments->paths,
                    "where to look; everywhere that engines and packages keep data unless given");
    verb.add_option("--copy", arguments->copy, "the data directory to copy; it is only read")
        ->type_name("DIRECTORY");
    verb.add_option("--to", arguments->to, "into this folder, which must be empty or not there")
        ->type_name("FOLDER");
}

}  // namespace chronos::ctl

#include "ctl/verification.hpp"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "ctl/interruption.hpp"
#include "ctl/json.hpp"
#include "ctl/output.hpp"
#include "ctl/progress_bar.hpp"
#include "ctl/repository_argument.hpp"
#include "ctl/text.hpp"

namespace chronos::ctl {

namespace {

verify_report perform(const verification& what, const output& out) {
    const interruption interrupted;
    progress_bar bar(out);
    verify_options options;
    options.data = what.data;
    if (what.jobs) options.jobs = *what.jobs;
    options.stop = interrupted.token();
    options.progress = [&bar](const verify_progress& progress) {
        const double total = static_cast<double>(progress.bytes_total);
        bar.show("verify", total > 0 ? static_cast<double>(progress.bytes_done) / total : -1,
                 fmt::format("{} of {} objects, {}", grouped(progress.objects_done),
                             grouped(progress.objects_total), human_bytes(progress.bytes_done)));
    };
    const auto from = repository::open(repository_url(what.repository));
    return what.selector ? verify_snapshot(from, *what.selector, options)
                         : verify_repository(from, options);
}

json document_of(const verify_report& report) {
    json result{{"intact", report.intact()},           {"data", report.data},
                {"snapshots", report.snapshots},       {"objects", report.objects},
                {"stored_bytes", report.stored_bytes}, {"damaged_manifests", json::array()},
                {"damaged_objects", json::array()}};
    for (const manifest_problem& one : report.damaged_manifests) {
        result["damaged_manifests"].push_back({{"snapshot", one.snapshot}, {"detail", one.detail}});
    }
    for (const object_problem& one : report.damaged_objects) {
        result["damaged_objects"].push_back({{"object", one.object},
                                             {"problem", to_string(one.kind)},
                                             {"detail", one.detail},
                                             {"used_by", one.used_by},
                                             {"snapshots", one.snapshots}});
    }
    return result;
}

void print(const verify_report& report, output& out) {
    for (const manifest_problem& one : report.damaged_manifests) {
        out.line(fmt::format("{} snapshot {}: {}", out.bad("damaged"), printable(one.snapshot),
                             printable(one.detail)));
    }
    for (const object_problem& one : report.damaged_objects) {
        out.line(fmt::format("{} object {}: {}", out.bad(to_string(one.kind)), one.object,
                             printable(one.detail)));
        out.line(fmt::format("    used by {}",
                             printable(fmt::format("{}", fmt::join(one.used_by, ", ")))));
        out.line(fmt::format("    in {}", fmt::join(one.snapshots, ", ")));
    }
    const std::string looked = fmt::format(
        "{}, {}, {}, {}", counted(report.snapshots.size(), "snapshot"),
        counted(report.objects, "object"), human_bytes(report.stored_bytes),
        report.data ? "every object read" : "presence and sizes; --data reads every object");
    if (report.intact()) {
        out.line(fmt::format("{}: {}", out.good("intact"), looked));
    } else {
        out.line(fmt::format("{}: {}, {} ({})", out.bad("damaged"),
                             counted(report.damaged_manifests.size(), "damaged manifest"),
                             counted(report.damaged_objects.size(), "damaged object"), looked));
    }
}

}  // namespace

exit_status run_verification(const verification& what, output& out) {
    const verify_report report = perform(what, out);
    if (out.json()) {
        out.document(document_of(report));
    } else {
        print(report, out);
    }
    return report.intact() ? exit_status::success : exit_status::damage;
}

}  // namespace chronos::ctl

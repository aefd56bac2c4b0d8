#include "repository/sweep.hpp"

#include "repository/forgotten.hpp"
#include "repository/hash.hpp"
#include "repository/reading_session.hpp"

namespace chronos::internal {

std::unordered_set<std::string> referenced_objects(storage& in) {
    std::unordered_set<std::string> names;
    const auto add = [&names](const object_ref& ref, const std::string&) {
        names.insert(ref.name);
    };
    for (const std::string& id : snapshot_ids(in)) for_each_object(load_manifest(in, id), add);
    for (const auto& one : forgotten_manifests(in)) for_each_object(load_forgotten(in, one), add);
    return names;
}

void sweep_journals(storage& in) {
    const std::vector<std::string> writers = in.journals();
    if (writers.empty()) return;
    const auto needed = referenced_objects(in);
    for (const std::string& writer : writers) {
        for (const std::string& name : in.read_journal(writer)) {
            if (is_object_name(name) && !needed.contains(name)) in.remove(object_key(name));
        }
        in.forget_journal(writer);
    }
}

sweep_report sweep_all(storage& in, timestamp before) {
    sweep_report report;
    for (const auto& one : forgotten_manifests(in)) {
        if (one.what.forgotten_at <= before && in.remove(one.key)) ++report.snapshots;
    }
    const auto needed = referenced_objects(in);
    std::vector<stored_file> unused;
    in.list("objects", [&](const stored_file& file) {
        if (!needed.contains(file.key.substr(file.key.rfind('/') + 1))) unused.push_back(file);
    });
    for (const stored_file& file : unused) {
        if (!in.remove(file.key)) continue;
        ++report.objects;
        report.bytes += file.bytes;
    }
    for (const std::string& writer : in.journals()) in.forget_journal(writer);
    in.sweep_unfinished();
    return report;
}

}  // namespace chronos::internal

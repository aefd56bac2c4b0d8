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

bool same_database(const snapshot_summary& one, const snapshot_summary& other) {
    return one.database == other.database && one.system_identifier == other.system_identifier;
}

sweep_report sweep_all(storage& in, timestamp before, const snapshot_summary* of) {
    sweep_report report;
    std::unordered_set<std::string> needed;
    const auto add = [&needed](const object_ref& ref, const std::string&) {
        needed.insert(ref.name);
    };
    for (const std::string& id : snapshot_ids(in)) for_each_object(load_manifest(in, id), add);
    std::vector<std::string> expired;
    for (const auto& one : forgotten_manifests(in)) {
        const manifest read = load_forgotten(in, one);
        if (one.what.forgotten_at <= before &&
            (of == nullptr || same_database(*of, summarize(read)))) {
            expired.push_back(one.key);
        } else {
            for_each_object(read, add);
        }
    }
    for (const std::string& key : expired) {
        if (in.remove(key)) ++report.snapshots;
    }
    std::vector<stored_file> unused;
    in.list("objects", [&](const stored_file& file) {
        if (!needed.contains(file.key.substr(file.key.rfind('/') + 1))) unused.push_back(file);
    });
    // That a snapshot is gone lasts before its objects go, whoever removed it.
    if (!unused.empty()) in.sync_manifests();
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

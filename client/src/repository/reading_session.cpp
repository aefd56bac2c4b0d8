#include "repository/reading_session.hpp"

#include <algorithm>
#include <unordered_set>

#include "chronos/error.hpp"
#include "core/snapshot_id.hpp"
#include "repository/object_store.hpp"

namespace chronos::internal {
namespace {

// A hundred bytes for each of ten million pieces: 80 TB of rows.
constexpr std::uint64_t kLargestManifest = std::uint64_t{1} << 30;

}  // namespace

reading_session::reading_session(const std::string& url)
    : reading_session(open_storage(url, access_mode::read)) {}

reading_session::reading_session(std::shared_ptr<storage> from)
    : storage_(std::move(from)), lock_(lock_shared(*storage_)) {}

manifest reading_session::find(const snapshot_selector& selector) {
    return load_manifest(*storage_, selector.choose(list_snapshots(*storage_)).id);
}

void reading_session::get_object(const object_ref& ref, std::string& out) {
    internal::get_object(*storage_, ref, out);
}

std::string reading_session::get_object(const object_ref& ref) {
    return internal::get_object(*storage_, ref);
}

manifest load_manifest(storage& from, const std::string& id) {
    std::string text;
    const auto size = is_snapshot_id(id) ? from.size(manifest_key(id)) : std::nullopt;
    if (size && *size > kLargestManifest) {
        throw error(error_code::damaged, "manifest of snapshot \"" + id + "\" is too large");
    }
    if (!size || !from.get(manifest_key(id), text)) {
        throw error(error_code::not_found,
                    "snapshot \"" + id + "\" does not exist in repository \"" + from.url() + "\"");
    }
    try {
        manifest found = from_json(text);
        if (found.id == id) return found;
        throw error(error_code::damaged, "it is the manifest of snapshot \"" + found.id + "\"");
    } catch (const error& problem) {
        throw error(problem.code(),
                    "manifest of snapshot \"" + id + "\" cannot be used: " + problem.what(),
                    problem.detail(), problem.hint());
    }
}

std::vector<std::string> snapshot_ids(storage& from) {
    constexpr std::string_view kSuffix = ".json";
    std::vector<std::string> ids;
    from.list("snapshots", [&](const stored_file& file) {
        std::string id = file.key.substr(file.key.rfind('/') + 1);
        if (!id.ends_with(kSuffix)) return;
        id.resize(id.size() - kSuffix.size());
        if (is_snapshot_id(id)) ids.push_back(std::move(id));
    });
    std::sort(ids.begin(), ids.end());
    return ids;
}

snapshot_summary summarize(const manifest& of) {
    snapshot_summary summary;
    summary.id = of.id;
    summary.label = of.label;
    summary.created_at = of.created_at;
    summary.database = of.database.name;
    summary.system_identifier = of.server.system_identifier;
    if (of.chronos) {
        summary.version = of.chronos->version;
        summary.timeline = of.chronos->timeline;
    }
    if (of.incremental) summary.reused_bytes = of.incremental->reused_bytes;
    summary.tables = of.tables.size();
    summary.plain_bytes = of.large_objects.bytes;
    for (const table_data& table : of.tables) {
        summary.rows += table.rows;
        summary.plain_bytes += table.bytes;
    }
    std::unordered_set<std::string> seen;
    for_each_object(of, [&](const object_ref& ref, const std::string&) {
        if (seen.insert(ref.name).second) summary.stored_bytes += ref.stored_bytes;
    });
    return summary;
}

std::vector<snapshot_summary> list_snapshots(storage& from) {
    std::vector<snapshot_summary> all;
    for (const std::string& id : snapshot_ids(from)) {
        try {
            all.push_back(summarize(load_manifest(from, id)));
        } catch (const error& problem) {
            if (problem.code() == error_code::not_found) continue;  // removed meanwhile
            snapshot_summary damaged;
            damaged.id = id;
            damaged.created_at = snapshot_id_time(id);
            damaged.damage = problem.what();
            all.push_back(std::move(damaged));
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.created_at < b.created_at; });
    return all;
}

}  // namespace chronos::internal

#include "repository/forgotten.hpp"

#include <algorithm>

#include "chronos/error.hpp"
#include "core/snapshot_id.hpp"

namespace chronos::internal {

namespace {

constexpr std::string_view kFolder = "forgotten/";
constexpr std::string_view kSuffix = ".json";
constexpr std::size_t kTimeLength = 16;  // YYYYMMDDTHHMMSSZ

std::string forgotten_key(const std::string& id, timestamp now) {
    return std::string(kFolder) + make_snapshot_id(now, 0).substr(0, kTimeLength) + '-' + id +
           std::string(kSuffix);
}

}  // namespace

std::vector<forgotten_manifest> forgotten_manifests(storage& in) {
    std::vector<forgotten_manifest> result;
    in.list("forgotten", [&result](const stored_file& file) {
        const std::string name = file.key.substr(kFolder.size());
        if (!name.ends_with(kSuffix) || name.size() <= kTimeLength + 1 + kSuffix.size()) return;
        const std::string moment = name.substr(0, kTimeLength) + "-00000000";
        const std::string id =
            name.substr(kTimeLength + 1, name.size() - kTimeLength - 1 - kSuffix.size());
        if (!is_snapshot_id(moment) || !is_snapshot_id(id)) return;
        result.push_back({{id, snapshot_id_time(moment)}, file.key});
    });
    std::sort(result.begin(), result.end(),
              [](const auto& a, const auto& b) { return a.key < b.key; });
    return result;
}

manifest load_forgotten(storage& in, const forgotten_manifest& one) {
    std::string text;
    if (!in.get(one.key, text)) {
        throw error(error_code::not_found, "snapshot \"" + one.what.id + "\" is not there");
    }
    return from_json(text);
}

void forget(storage& in, const std::string& id, timestamp now) {
    std::string text;
    if (!in.get(manifest_key(id), text)) return;
    (void)in.put(forgotten_key(id, now), text);
    in.sync();
    in.remove(manifest_key(id));
}

void remember(storage& in, const std::string& id) {
    bool found = false;
    for (const forgotten_manifest& one : forgotten_manifests(in)) {
        std::string text;
        if (one.what.id != id || !in.get(one.key, text)) continue;
        (void)in.put(manifest_key(id), text);
        in.sync();
        in.remove(one.key);
        found = true;
    }
    if (!found) {
        throw error(error_code::not_found,
                    "snapshot \"" + id + "\" is not among the forgotten ones of repository \"" +
                        in.url() + "\"",
                    {}, "It was swept, or it is still listed.");
    }
}

}  // namespace chronos::internal

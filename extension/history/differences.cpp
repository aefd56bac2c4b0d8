#include "history/differences.hpp"

#include <algorithm>
#include <unordered_set>

namespace chronos::history {

bool same_hash(const bytea* left, const bytea* right) {
    if (left == nullptr || right == nullptr) {
        return left == right;
    }
    const auto size = VARSIZE_ANY_EXHDR(left);
    return size == VARSIZE_ANY_EXHDR(right) &&
           memcmp(VARDATA_ANY(left), VARDATA_ANY(right), size) == 0;
}

bool difference::is_change() const { return !same_hash(hash, old_hash); }

bool differences::any_change() const {
    return std::any_of(rows.begin(), rows.end(),
                       [](const difference& each) { return each.is_change(); });
}

object_ids ids_of(const differences& found) {
    object_ids ids;
    for (const difference& each : found.rows) {
        ids.classids.push_back(each.classid);
        ids.objids.push_back(each.objid);
        if (OidIsValid(each.old_objid)) {
            ids.classids.push_back(each.old_classid);
            ids.objids.push_back(each.old_objid);
        }
    }
    return ids;
}

void append(object_ids& to, const object_ids& from) {
    const auto key = [](const object_ids& of, std::size_t i) {
        return (static_cast<std::uint64_t>(of.classids[i]) << 32) | of.objids[i];
    };
    std::unordered_set<std::uint64_t> there;
    for (std::size_t i = 0; i < to.objids.size(); ++i) {
        there.insert(key(to, i));
    }
    for (std::size_t i = 0; i < from.objids.size(); ++i) {
        if (there.insert(key(from, i)).second) {
            to.classids.push_back(from.classids[i]);
            to.objids.push_back(from.objids[i]);
        }
    }
}

}  // namespace chronos::history

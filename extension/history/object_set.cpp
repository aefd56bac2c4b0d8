#include "history/object_set.hpp"

#include "backend/door.hpp"

namespace chronos::history {

using backend::call;

void object_set::add_with_owners(const live::object& added) {
    add(added);
    add_all(call([added] { return live::owners_of(added.classid, added.objid); }));
}

void object_set::add_dependents() {
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const live::object each = items_[i];
        add_all(call([each] { return live::direct_dependents_of(each.classid, each.objid); }));
    }
}

void object_set::add_needed() {
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const live::object each = items_[i];
        add_all(call([each] { return live::direct_needs_of(each.classid, each.objid); }));
    }
}

}  // namespace chronos::history

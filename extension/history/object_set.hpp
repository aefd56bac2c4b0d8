// Catalogue rows, each once, in the order in which they came.
#pragma once

#include <unordered_set>

#include "live/owner.hpp"

namespace chronos::history {

// Something the C++ side does not know, or more of it than it should look at row by row: the SQL
// functions can do it.
struct unusual {};

class object_set {
  public:
    // Beyond it sets are faster than single rows, and a lock for each could exhaust the lock table.
    static constexpr std::size_t kMost = 500;

    void add(const live::object& added) {
        if (!OidIsValid(added.objid) || !keys_.insert(key_of(added)).second) {
            return;
        }
        items_.push_back(added);
        if (items_.size() > kMost) {
            throw unusual();
        }
    }
    void add_all(const live::objects& added) {
        if (added.is_unusual) {
            throw unusual();
        }
        for (int i = 0; i < added.count; ++i) {
            add(added.items[i]);
        }
    }
    // Also the objects that show it.
    void add_with_owners(const live::object& added);
    // Everything that depends on what is in here, at any remove.
    void add_dependents();
    // Everything that is needed by what is in here, at any remove.
    void add_needed();

    [[nodiscard]] bool has(const live::object& one) const { return keys_.count(key_of(one)) != 0; }
    [[nodiscard]] const std::vector<live::object>& items() const { return items_; }
    [[nodiscard]] bool empty() const { return items_.empty(); }

    static std::uint64_t key_of(const live::object& of) {
        return (static_cast<std::uint64_t>(of.classid) << 32) | of.objid;
    }

  private:
    std::vector<live::object> items_;
    std::unordered_set<std::uint64_t> keys_;
};

}  // namespace chronos::history

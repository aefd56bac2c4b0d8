// Whether versions that others wrote since a comparison can have changed what it found.
//
// The text of an object is made of its own rows and of what it needs, at any remove (pg_depend),
// and of the names of roles and tablespaces. So what was found still stands if none of the objects
// that changed since is one that was compared, is needed by one, or has come to depend on one.
// Changes that are in no version yet leave a gap, whose objects are compared again with their
// dependents.
#pragma once

#include "history/state.hpp"

namespace chronos::history {

// Taken before the comparison, asked under the number lock.
class disturbance {
  public:
    explicit disturbance(const state& before);

    // False also where to find out would take as long as to compare again.
    [[nodiscard]] bool is_ruled_out(const object_ids& compared) const;

  private:
    pg_uuid_t line_;
    std::int64_t number_;
    std::uint64_t names_;  // how often names of roles or tablespaces may have changed
};

}  // namespace chronos::history

// What a migration does to the relations there are: the locks it takes, and what it rewrites.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "connection/session.hpp"

namespace chronos::internal {

class relation_watch {
  public:
    // Notes the relations that are there now.
    explicit relation_watch(session& beside);

    // Inside the transaction of the migration, before it commits. Locks that readers take are left
    // out.
    void look_at_locks(session& on);

    [[nodiscard]] const std::vector<std::string>& locks() const noexcept { return locks_; }
    // Those of the noted relations whose storage is another now.
    [[nodiscard]] std::vector<std::string> rewritten(session& beside) const;

  private:
    struct relation {
        std::string title;  // "table public.orders"
        std::string storage;
    };
    using relations = std::map<std::string, relation>;  // by oid
    [[nodiscard]] static relations read(session& on);

    relations before_;
    std::vector<std::string> locks_;
};

}  // namespace chronos::internal

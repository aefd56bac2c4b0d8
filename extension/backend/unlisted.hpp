// Statements that the server gives no query identifier, so that pg_stat_statements and its like do
// not list them: what runs at a user's commit is not the user's.
#pragma once

#include "backend/backend.hpp"

namespace chronos::backend {

// The setting compute_query_id is off until the object ends.
class unlisted_scope {
  public:
    unlisted_scope() noexcept : before_(compute_query_id) {
        compute_query_id = COMPUTE_QUERY_ID_OFF;
    }
    ~unlisted_scope() { compute_query_id = before_; }
    unlisted_scope(const unlisted_scope&) = delete;
    unlisted_scope& operator=(const unlisted_scope&) = delete;

  private:
    int before_;
};

}  // namespace chronos::backend

// Session state as scopes: settings and user. Both only restore state, so they are safe in any
// destructor.
#pragma once

#include "backend/backend.hpp"

namespace chronos::backend {

// Settings changed by set() last until the object ends.
class settings_scope {
  public:
    settings_scope() noexcept;
    ~settings_scope();
    settings_scope(const settings_scope&) = delete;
    settings_scope& operator=(const settings_scope&) = delete;

    // Sets a setting of the session as a superuser may, for this scope.
    void set(const char* name, const char* value);

  private:
    int level_;
};

// Acts as `role` until the object ends, with row security off and no way back to other roles.
class user_scope {
  public:
    explicit user_scope(Oid role) noexcept;
    ~user_scope();
    user_scope(const user_scope&) = delete;
    user_scope& operator=(const user_scope&) = delete;

  private:
    Oid user_;
    int context_;
};

// server_version_num of the server that runs, which may be newer than the one we were compiled for.
[[nodiscard]] int server_version();

}  // namespace chronos::backend

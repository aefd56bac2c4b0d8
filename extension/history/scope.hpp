// The session as the recorder needs it, until the scope ends.
#pragma once

#include "backend/session.hpp"

namespace chronos::history {

// Settings that definitions are rendered under, the rights of the bootstrap superuser, and writing
// even in a READ ONLY transaction. Inside a subtransaction.
class recorder_scope {
  public:
    recorder_scope();
    ~recorder_scope();
    recorder_scope(const recorder_scope&) = delete;
    recorder_scope& operator=(const recorder_scope&) = delete;

  private:
    bool read_only_;
    backend::settings_scope settings_;
    backend::user_scope user_;
};

}  // namespace chronos::history

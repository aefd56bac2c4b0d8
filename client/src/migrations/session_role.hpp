// The role that a script has taken on, laid aside for what Chronos itself does.
#pragma once

#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

class own_role {
  public:
    explicit own_role(session& on);
    // Takes the script's role on again, if there was one.
    ~own_role();
    own_role(const own_role&) = delete;
    own_role& operator=(const own_role&) = delete;

  private:
    session& session_;
    std::string role_;
    std::string authorization_;
    bool other_ = false;
};

}  // namespace chronos::internal

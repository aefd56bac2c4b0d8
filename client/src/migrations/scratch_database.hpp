// An empty database beside another one, for as long as it is needed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

class scratch_database {
  public:
    // On the server of `beside`, with its encoding and locale. `warning` is told if it cannot be
    // dropped at the end. `beside` has to outlive it.
    scratch_database(session& beside, std::function<void(const std::string&)> warning);
    // Whoever is connected to it still is thrown out.
    ~scratch_database();
    scratch_database(const scratch_database&) = delete;
    scratch_database& operator=(const scratch_database&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    // Settings are those that a new session of the other database has.
    [[nodiscard]] std::unique_ptr<session> connect() const;

  private:
    session& beside_;
    std::string name_;
    std::function<void(const std::string&)> warning_;
};

// As a new session of the other database has it, where what a tool runs finds its names.
void reset_settings(session& on, session& beside);

}  // namespace chronos::internal

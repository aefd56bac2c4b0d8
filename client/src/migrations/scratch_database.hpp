// An empty database beside another one, for as long as it is needed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

class scratch_database {
  public:
    // On the server of `beside`, with its encoding and locale. What a killed program has left of
    // its own is dropped first. `warning` is told of what cannot be dropped. `beside` has to
    // outlive it, and holds an advisory lock meanwhile.
    scratch_database(session& beside, std::function<void(const std::string&)> warning);
    // Whoever is connected to it still is thrown out.
    ~scratch_database();
    scratch_database(const scratch_database&) = delete;
    scratch_database& operator=(const scratch_database&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    // Settings are those that a new session of the other database has.
    [[nodiscard]] std::unique_ptr<session> connect() const;

  private:
    void drop_left_over();
    void drop(const std::string& name);

    session& beside_;
    std::uint32_t number_;
    std::string name_;
    std::function<void(const std::string&)> warning_;
};

// In the version that the other database has. Throws with a hint if the role may not.
void create_chronos(session& in, session& like);

// New sessions of a scratch database find names where those of the other database do.
void keep_search_path(const scratch_database& of, session& beside);

// As a new session of the other database has it, where what a tool runs finds its names.
void reset_settings(session& on, session& beside);

}  // namespace chronos::internal

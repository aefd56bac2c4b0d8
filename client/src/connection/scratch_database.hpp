// An empty database beside another one, for as long as it is needed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connection/session.hpp"

namespace chronos::internal {

// What CREATE DATABASE has to be told.
struct database_locale {
    std::string encoding;
    std::string collate;
    std::string ctype;
    std::string provider;  // libc, icu, builtin
    std::string locale;    // of icu or builtin; else empty
};

// Without an owner, out of template0.
[[nodiscard]] std::string create_database_statement(const std::string& name,
                                                    const database_locale& like);

class scratch_database {
  public:
    // On the server of `beside`; without `like`, with the encoding and locale of its database. What
    // a killed program has left of its own is dropped first. `warning` is told of what cannot be
    // dropped. `beside` has to outlive it, and holds an advisory lock meanwhile.
    scratch_database(session& beside, std::function<void(const std::string&)> warning,
                     const std::optional<database_locale>& like = {});
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

}  // namespace chronos::internal

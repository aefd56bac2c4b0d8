// The handle of one database.
#pragma once

#include <chronos/export.hpp>
#include <memory>
#include <string>

namespace chronos {

namespace internal {
class session;
}

// An open connection to one database of a server of version 15 or later. Settings that change how
// values are printed (DateStyle, search_path, client_encoding, ...) are pinned, whatever the
// database or the role sets. Throws chronos::error with code `connection` if there is no server or
// it refuses, `wrong_component` if it is too old.
//
// Movable, not copyable. Thread-safety: one thread at a time, except cancel(), which any thread
// may call while another waits in a call.
class CHRONOS_EXPORT connection {
  public:
    // A connection string ("host=... dbname=...") or URI ("postgresql://..."); what it leaves out
    // comes from the PG* variables, the service file and the password file, as in psql.
    explicit connection(const std::string& conninfo = {});
    ~connection();
    connection(connection&&) noexcept;
    connection& operator=(connection&&) noexcept;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    // As the server tells it: 150020 for 15.20.
    [[nodiscard]] int server_version() const;
    [[nodiscard]] std::string database() const;
    [[nodiscard]] std::string user() const;

    // Ends the running call with code `cancelled`; nothing happens if none is running.
    void cancel() noexcept;

    // For the library's own modules.
    explicit connection(std::unique_ptr<internal::session> open);
    [[nodiscard]] internal::session& internal_session() const { return *session_; }

  private:
    std::unique_ptr<internal::session> session_;
};

}  // namespace chronos

// Opening a connection with libpq, and its parameters.
#pragma once

#include <libpq-fe.h>

#include <map>
#include <string>
#include <string_view>

namespace chronos::internal {

// Each entry overrides the connection string.
using overrides = std::map<std::string, std::string>;

// Throws error (code connection). The caller owns the connection.
[[nodiscard]] PGconn* open_connection(const std::string& conninfo, const overrides& chosen);

// The server actually reached, so that a second connection cannot end at another one.
[[nodiscard]] overrides reached_server(const PGconn* connection);

// The database that a connection string means; nothing is connected.
[[nodiscard]] std::string named_database(const std::string& conninfo);

// The same connection string (or URI, or mere name of a database) with one setting changed.
[[nodiscard]] std::string conninfo_with(const std::string& conninfo, std::string_view keyword,
                                        std::string_view value);

[[nodiscard]] std::map<std::string, std::string> environment_of(PGconn* connection);

// Statements that make the session independent of what database and role set.
[[nodiscard]] std::string pinned_settings(int server_version, bool sql_ascii);

}  // namespace chronos::internal

// Everything that differs between libpqxx 6.4, 7.x and 8.x. Nothing else includes <pqxx/...>.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "connection/value.hpp"

struct pg_conn;

namespace chronos::internal {

// libpqxx on a connection that libpq opened, so that both can use it: libpqxx for queries, libpq
// for what libpqxx does not have (binary COPY, the fields of notices, pinned hosts).
class pqxx_bridge {
  public:
    // Takes over and will close the connection, which must be open.
    explicit pqxx_bridge(pg_conn* connection);
    ~pqxx_bridge();
    pqxx_bridge(const pqxx_bridge&) = delete;
    pqxx_bridge& operator=(const pqxx_bridge&) = delete;

    // Throws server_error. Without parameters the text may hold several statements.
    rows run(std::string_view sql, const std::vector<value>& parameters);

  private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace chronos::internal

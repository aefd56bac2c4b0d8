// COPY by libpq: libpqxx streams text rows only, never the binary format.
#pragma once

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "connection/session.hpp"

namespace chronos::internal {

[[nodiscard]] server_error error_of(PGconn* connection, const PGresult* result);

std::int64_t copy_out(PGconn* connection, const std::string& sql, const session::copy_sink& sink);

// One statement of a script; its results are dropped.
void run_statement(PGconn* connection, const std::string& sql, std::string_view copied);

[[nodiscard]] std::unique_ptr<copy_channel> copy_in(PGconn* connection, const std::string& sql);

}  // namespace chronos::internal

#include "chronos/connection.hpp"

#include "connection/session.hpp"

namespace chronos {

connection::connection(const std::string& conninfo)
    : session_(std::make_unique<internal::session>(conninfo)) {}
connection::connection(std::unique_ptr<internal::session> open) : session_(std::move(open)) {}
connection::~connection() = default;
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;

int connection::server_version() const { return session_->server_version(); }
std::string connection::database() const { return session_->database(); }
std::string connection::user() const { return session_->user(); }
void connection::cancel() noexcept { session_->cancel(); }

}  // namespace chronos

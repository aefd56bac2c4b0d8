// Secrets in statements, taken out before anything is stored. Plain text in, plain text out.
#pragma once

#include <string>
#include <string_view>

namespace chronos::capture {

// A statement that may hold a secret (a password, a connection string, the options of a user
// mapping) comes back with every string literal and every comment replaced by '***'; others as they
// are. It rather takes out too much: definitions are never rebuilt from statements.
[[nodiscard]] std::string without_secrets(std::string_view statement);

}  // namespace chronos::capture

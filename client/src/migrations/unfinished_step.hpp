// Statements that are no transaction, and may have ended at any moment: what has become of them.
#pragma once

#include <string>
#include <string_view>

#include "connection/session.hpp"

namespace chronos::internal {

// To be kept before such a statement begins, as JSON, for step_is_done(). Empty: nothing needed.
[[nodiscard]] std::string memo_before(session& on, std::string_view statement);

// Whether a statement that an earlier run began has done its work. If not, what it left half done
// is taken away (an invalid index) or finished (the detaching of a partition), so that it can be
// run again.
[[nodiscard]] bool step_is_done(session& on, std::string_view statement, const std::string& memo);

// Takes away an invalid index that this CREATE INDEX CONCURRENTLY would find under its name, or has
// left behind. Throws busy if somebody is just building it.
void clear_the_way(session& on, std::string_view statement, const std::string& memo);

}  // namespace chronos::internal

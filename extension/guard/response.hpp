// What the guard does about a loss: says it, keeps it first, or refuses.
#pragma once

#include "backend/error.hpp"
#include "guard/report.hpp"
#include "guard/settings.hpp"

namespace chronos::guard {

// While pg_restore or psql reads a dump: what pg_dump writes at the top of every one.
[[nodiscard]] bool is_loading_dump() noexcept;

// Returns if the command may go on. Nothing at stake: nothing happens.
void respond(const report& found, mode how, deed what, const char* tag);

// What is at stake could not be found out, for this reason. Returns if the command may go on.
void respond_without_report(const backend::backend_error& reason, mode how, const char* tag);

}  // namespace chronos::guard

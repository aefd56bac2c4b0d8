// The guard's settings; docs/guard.md has their meaning.
#pragma once

namespace chronos::guard {

enum mode : int { off, warn, snapshot, block };

void define_settings();

[[nodiscard]] mode present_mode() noexcept;
// Whether it comes from chronos.guard_at_least, which anybody may set.
[[nodiscard]] bool is_own_wish() noexcept;

// False if the text is none.
[[nodiscard]] bool read_mode(const char* text, mode& into) noexcept;

// DELETE and UPDATE without WHERE count too.
[[nodiscard]] bool watches_rows() noexcept;

// Why the guard is passed by; null: it is not.
[[nodiscard]] const char* override_reason() noexcept;

}  // namespace chronos::guard

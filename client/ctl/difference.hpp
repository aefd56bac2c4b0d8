// Differences between states of a schema, as `diff`, `log` and `drift` print them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "chronos/diff.hpp"

namespace chronos::ctl {

class output;

// "table public.orders", and what it was called before.
[[nodiscard]] std::string title_of(const object_difference& difference);

// A unified diff of the statements that make the object.
[[nodiscard]] std::string unified(const object_difference& difference, const output& out);

// One line an object with a bar of what was added and removed, and a line of totals. At most
// `width` columns; 0: 80.
[[nodiscard]] std::string statistics(const std::vector<object_difference>& differences,
                                     std::size_t width, const output& out);

// One line an object: "changed  table public.orders".
[[nodiscard]] std::string names(const std::vector<object_difference>& differences);

// "column price  type integer -> numeric"; empty if nothing is known.
[[nodiscard]] std::string part_line(const part_difference& part);

}  // namespace chronos::ctl

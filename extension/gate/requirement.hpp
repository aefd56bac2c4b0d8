// What a session or a call demands of the version, and how it is told that it cannot have it.
#pragma once

#include "backend/error.hpp"
#include "core/version_constraint.hpp"

namespace chronos::gate {

constexpr int kRequirementNotMet = MAKE_SQLSTATE('C', 'H', '0', '0', '1');
constexpr int kCannotCheck = MAKE_SQLSTATE('C', 'H', '0', '0', '5');

// Throws sql_error.
[[nodiscard]] core::version_constraint parse_requirement(const std::string& text);

// Reads labels, with the rights of the caller. `way_out`: a further sentence of the hint.
[[nodiscard]] backend::sql_error refusal(const std::string& text,
                                         const core::version_constraint& requirement,
                                         const core::schema_state& state,
                                         const std::string& way_out = {});

}  // namespace chronos::gate

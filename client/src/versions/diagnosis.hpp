// Why a query of ours failed, when the reason is that a part is missing or of another version.
#pragma once

#include "chronos/components.hpp"
#include "connection/session.hpp"

namespace chronos::internal {

[[nodiscard]] component_versions read_components(session& on);

// Throws error_code::wrong_component unless this library can speak to that version of the
// extension.
void demand_extension(std::string_view extension);

// Throws the error that explains `failure`: not_installed or wrong_component if that is why, else
// itself. The extra questions it asks are the price of a failure only.
[[noreturn]] void explain(session& on, const server_error& failure);

// Runs the query of ours; one round trip if it succeeds.
[[nodiscard]] rows ask(session& on, std::string_view sql,
                       const std::vector<value>& parameters = {});

}  // namespace chronos::internal

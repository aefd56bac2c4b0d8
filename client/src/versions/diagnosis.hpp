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

// Several questions that see one state of the database; their failures are explained as those of
// ask().
template <typename questions>
auto ask_together(session& on, questions ask_all) {
    try {
        transaction together(on, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        auto result = ask_all();
        together.commit();
        return result;
    } catch (const server_error& failure) {
        // The transaction is over, so that more can be asked.
        explain(on, failure);
    }
}

}  // namespace chronos::internal

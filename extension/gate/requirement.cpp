#include "gate/requirement.hpp"

#include "history/label_reader.hpp"

namespace chronos::gate {

using backend::sql_error;

core::version_constraint parse_requirement(const std::string& text) {
    try {
        return core::version_constraint::parse(text);
    } catch (const core::constraint_error& error) {
        throw sql_error(ERRCODE_INVALID_PARAMETER_VALUE,
                        "invalid version requirement \"" + text + "\"",
                        std::string("What is wrong: ") + error.what() + ".",
                        "Write, for example, '>=42', '>=41 <50', '42', a label or a fingerprint.");
    }
}

sql_error refusal(const std::string& text, const core::version_constraint& requirement,
                  const core::schema_state& state, const std::string& way_out) {
    std::string detail = "The database is at version " + std::to_string(state.number);
    detail +=
        state.fingerprint.empty() ? "." : ", fingerprint " + state.fingerprint.substr(0, 16) + ".";
    std::string hint;
    if (const auto label = requirement.unknown_label(state)) {
        hint = "No version is labelled \"" + *label + "\"; chronos.history lists the labels.";
    } else {
        hint = "Migrate the database, or run a release of the program that is made for " +
               history::release_title(state.number) + ".";
    }
    return {kRequirementNotMet,
            "schema version " + std::to_string(state.number) + " does not satisfy \"" + text + "\"",
            detail, way_out.empty() ? hint : hint + " " + way_out};
}

}  // namespace chronos::gate

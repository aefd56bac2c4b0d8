// chronos.require_version(): is this the schema that the caller was built for?
#include "backend/door.hpp"
#include "backend/session.hpp"
#include "backend/spi.hpp"
#include "core/version_constraint.hpp"
#include "history/head.hpp"

extern "C" {
#include <catalog/pg_authid.h>
}

namespace {

using chronos::backend::argument;
using chronos::backend::sql_error;
using chronos::core::schema_state;
using chronos::core::version_constraint;

constexpr int kRequirementNotMet = MAKE_SQLSTATE('C', 'H', '0', '0', '1');

version_constraint parse(const std::string& text) {
    try {
        return version_constraint::parse(text);
    } catch (const chronos::core::constraint_error& error) {
        throw sql_error(ERRCODE_INVALID_PARAMETER_VALUE,
                        "invalid version requirement \"" + text + "\"",
                        std::string("What is wrong: ") + error.what() + ".",
                        "Write, for example, '>=42', '>=41 <50', '42', a label or a fingerprint.");
    }
}

std::optional<std::int64_t> version_of_label(std::string_view name) {
    chronos::backend::spi connection;
    const auto found = connection.query(
        "SELECT l.number FROM chronos.lineage t JOIN chronos.label l ON l.timeline "
        "OPERATOR(pg_catalog.=) t.timeline "
        "WHERE l.name OPERATOR(pg_catalog.=) $1 AND (t.last_version IS NULL "
        "OR l.number OPERATOR(pg_catalog.<=) t.last_version) ORDER BY t.depth LIMIT 1",
        {argument::text(name)}, true);
    connection.close();
    return found.empty() ? std::nullopt : std::optional<std::int64_t>(std::stoll(*found[0][0]));
}

schema_state present_state() {
    const chronos::history::head at = chronos::history::read_head();
    return {at.number, at.fingerprint.data(), version_of_label};
}

[[noreturn]] void refuse(const std::string& text, const version_constraint& constraint,
                         const schema_state& state) {
    std::string detail = "The database is at version " + std::to_string(state.number);
    detail +=
        state.fingerprint.empty() ? "." : ", fingerprint " + state.fingerprint.substr(0, 16) + ".";
    std::string hint = "Migrate the database, or run a program built for this version.";
    if (const auto label = constraint.unknown_label(state)) {
        hint = "No version is labelled \"" + *label + "\"; chronos.history lists the labels.";
    }
    throw sql_error(
        kRequirementNotMet,
        "schema version " + std::to_string(state.number) + " does not satisfy \"" + text + "\"",
        detail, hint);
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_require_version)
{
    const std::string requirement = chronos::backend::call(
        [fcinfo]() -> const char* { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
    const version_constraint constraint = parse(requirement);
    // The owner's rights: a role that may not read the tables may still ask.
    const chronos::backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    const schema_state state = present_state();
    if (!constraint.holds(state)) {
        refuse(requirement, constraint, state);
    }
    PG_RETURN_INT64(state.number);
}

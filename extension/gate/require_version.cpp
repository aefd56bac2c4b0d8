// chronos.require_version(): is this the schema that the caller was built for?
#include "backend/door.hpp"
#include "backend/session.hpp"
#include "backend/spi.hpp"
#include "gate/requirement.hpp"
#include "history/head.hpp"

extern "C" {
#include <catalog/pg_authid.h>
}

namespace {

using chronos::backend::argument;
using chronos::core::schema_state;

std::optional<std::int64_t> version_of_label(std::string_view name) {
    chronos::backend::spi connection;
    const auto found = connection.query(
        "SELECT l.number FROM chronos.find_labelled_version($1) l(number) WHERE l.number IS NOT "
        "NULL",
        {argument::text(name)}, true);
    connection.close();
    return found.empty() ? std::nullopt : std::optional<std::int64_t>(std::stoll(*found[0][0]));
}

schema_state present_state() {
    const chronos::history::head at = chronos::history::read_head();
    return {at.number, at.fingerprint.data(), version_of_label};
}

}  // namespace

CHRONOS_SQL_FUNCTION(chronos_require_version)
{
    const std::string needed = chronos::backend::call(
        [fcinfo]() -> const char* { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
    const auto requirement = chronos::gate::parse_requirement(needed);
    // The owner's rights: a role that may not read the tables may still ask.
    const chronos::backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    const schema_state state = present_state();
    if (!requirement.holds(state)) {
        throw chronos::gate::refusal(needed, requirement, state);
    }
    PG_RETURN_INT64(state.number);
}

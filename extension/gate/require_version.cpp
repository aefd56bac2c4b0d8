// chronos.require_version(): is this the schema that the caller was built for?
#include "backend/door.hpp"
#include "backend/session.hpp"
#include "gate/requirement.hpp"
#include "history/head.hpp"
#include "history/label_reader.hpp"

extern "C" {
#include <catalog/pg_authid.h>
}

namespace {

using chronos::core::schema_state;

schema_state present_state() {
    const chronos::history::head at = chronos::history::read_head();
    return {at.number, at.fingerprint.data(), chronos::history::labelled_version};
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

// Labels as they are asked for, the revisions of migration tools included. With the owner's rights:
// a role that may not read the tables may still ask.
#include "backend/door.hpp"
#include "backend/plan.hpp"
#include "backend/session.hpp"
#include "backend/spi.hpp"
#include "history/tool_labels.hpp"

extern "C" {
#include <catalog/pg_authid.h>
#include <catalog/pg_type.h>
}

namespace chronos::history {

namespace {

std::optional<std::int64_t> labelled_version(const backend::argument& label) {
    const backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    backend::spi connection;
    const auto found = connection.query("SELECT chronos.find_labelled_version($1)", {label}, true);
    connection.close();
    return found[0][0] ? std::optional<std::int64_t>(std::stoll(*found[0][0])) : std::nullopt;
}

std::vector<std::string> unsettled_labels() {
    std::vector<std::string> out;
    if (!has_tool_news()) {
        return out;
    }
    const backend::user_scope owner(BOOTSTRAP_SUPERUSERID);
    backend::spi connection;
    for (const backend::row& each :
         connection.query("SELECT pg_catalog.unnest(chronos.find_unsettled_labels())", {}, true)) {
        out.push_back(each[0].value_or(""));
    }
    connection.close();
    return out;
}

}  // namespace

}  // namespace chronos::history

CHRONOS_SQL_FUNCTION(chronos_unsettled_labels)
{
    (void)fcinfo;
    return chronos::backend::text_array(chronos::history::unsettled_labels());
}

CHRONOS_SQL_FUNCTION(chronos_labelled_version)
{
    const chronos::backend::argument label{TEXTOID, PG_GETARG_DATUM(0), false};
    const auto number = chronos::history::labelled_version(label);
    if (!number) {
        PG_RETURN_NULL();
    }
    PG_RETURN_INT64(*number);
}

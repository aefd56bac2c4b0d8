#include "snapshot/extension_functions.hpp"

namespace chronos::internal {

// By members of the extension alone: a schema of this name could be anybody's.
bool has_extension_functions(session& on, const std::string& names, callable who) {
    const auto found = on.query_one(
        "SELECT NOT EXISTS (SELECT FROM unnest($1::text[]) AS n (name) WHERE NOT EXISTS ("
        "SELECT FROM pg_proc p"
        " JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid"
        " AND d.deptype = 'e'"
        " JOIN pg_extension x ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid"
        " WHERE x.extname = 'chronos' AND p.proname = n.name"
        " AND ($2::boolean OR has_function_privilege(p.oid, 'EXECUTE'))))",
        {names, who == callable::by_somebody ? "true" : "false"});
    return found.flag(0);
}

}  // namespace chronos::internal

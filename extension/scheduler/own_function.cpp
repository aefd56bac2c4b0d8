#include "scheduler/own_function.hpp"

namespace chronos::scheduler {

bool is_own_function(backend::spi& sql, const char* signature) {
    const auto known = sql.query(R"sql(
        SELECT EXISTS (
            SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = to_regprocedure($1)
              AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
              AND e.extname = 'chronos'))sql",
                                 {backend::argument::text(signature)});
    return known.at(0).at(0) == "t";
}

}  // namespace chronos::scheduler

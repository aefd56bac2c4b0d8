#include "migrations/scratch_schema.hpp"

#include "migrations/new_session.hpp"
#include "migrations/scratch_database.hpp"

namespace chronos::internal {

void copy_schema(session& from, session& to, const migration_warning& warn) {
    const script schema{
        "the present schema",
        from.query_one("SELECT chronos.schema_at(chronos.current_version())").text(0), true};
    create_chronos(to, from);
    run_in_scratch(to, schema, warn);
    begin_anew(to);
}

std::string present_version(session& on) {
    return on.query_one("SELECT chronos.reconcile(), chronos.current_version()").text(1);
}

}  // namespace chronos::internal

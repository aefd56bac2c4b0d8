#include "migrations/new_session.hpp"

namespace chronos::internal {

void begin_anew(session& on) {
    on.execute("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; SET chronos.expect = ''");
}

}  // namespace chronos::internal

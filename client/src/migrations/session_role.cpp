#include "migrations/session_role.hpp"

namespace chronos::internal {

own_role::own_role(session& on) : session_(on) {
    const row now = on.query_one("SELECT pg_catalog.current_setting('role'), session_user");
    role_ = now.text(0);
    authorization_ = now.text(1);
    other_ = role_ != "none" || authorization_ != on.user();
    if (other_) on.execute("RESET SESSION AUTHORIZATION; RESET ROLE");
}

own_role::~own_role() {
    if (!other_) return;
    try {
        if (authorization_ != session_.user()) {
            (void)session_.query("SELECT pg_catalog.set_config('session_authorization', $1, false)",
                                 {authorization_});
        }
        if (role_ != "none")
            (void)session_.query("SELECT pg_catalog.set_config('role', $1, false)", {role_});
    } catch (const std::exception&) {
        // The transaction has failed, or the connection is gone; either ends the script.
        return;
    }
}

}  // namespace chronos::internal

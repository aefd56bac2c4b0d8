#include "ctl/exit_status.hpp"

namespace chronos::ctl {

exit_status status_of(error_code code) noexcept {
    switch (code) {
        case error_code::usage:
        case error_code::connection:
            return exit_status::usage;
        case error_code::damaged:
            return exit_status::damage;
        case error_code::refused:
            return exit_status::refused;
        case error_code::not_found:
            return exit_status::not_found;
        case error_code::not_installed:
        case error_code::wrong_component:
            return exit_status::mismatch;
        case error_code::cancelled:
            return exit_status::cancelled;
        default:
            return exit_status::failure;
    }
}

exit_status check_status_of(error_code code) noexcept {
    switch (code) {
        case error_code::requirement:
            return exit_status::failure;
        case error_code::cancelled:
            return exit_status::cancelled;
        default:
            return exit_status::usage;
    }
}

const char* exit_status_help() noexcept {
    return "Exit codes: 0 success (check: the schema fits), 1 failed (check: it does not fit; "
           "with\n"
           "--exit-code: there is a difference),\n"
           "2 wrong usage or no connection (check: cannot tell), 3 damage found, 4 refused for "
           "safety,\n"
           "5 not found, 6 a component is missing or of a version that does not fit, 130 "
           "cancelled.";
}

}  // namespace chronos::ctl

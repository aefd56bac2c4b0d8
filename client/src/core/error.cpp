#include "chronos/error.hpp"

namespace chronos {

std::string_view to_string(error_code code) noexcept {
    switch (code) {
        case error_code::usage:
            return "usage";
        case error_code::connection:
            return "connection";
        case error_code::permission:
            return "permission";
        case error_code::not_installed:
            return "not_installed";
        case error_code::wrong_component:
            return "wrong_component";
        case error_code::requirement:
            return "requirement";
        case error_code::not_found:
            return "not_found";
        case error_code::refused:
            return "refused";
        case error_code::damaged:
            return "damaged";
        case error_code::repository:
            return "repository";
        case error_code::space:
            return "space";
        case error_code::database:
            return "database";
        case error_code::busy:
            return "busy";
        case error_code::cancelled:
            return "cancelled";
        case error_code::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace chronos
